#include <catch2/catch.hpp>

#include "import/xctrace.hpp"
#include "support/imported_text.hpp"

using namespace bytebound;
using test::Strings;

namespace {

struct Recording {
    Strings rows;
    Error error;
    std::string fault;
};

Recording recording_of(std::string_view text, DecimalChoice decimal = DecimalChoice::automatic) {
    ImportBuilder builder;
    builder.set_naming(xctrace_metric);
    const auto done = import_xctrace(text_source(text), "x", {"paired", false, "", decimal, ""}, builder);
    Recording out;
    if (!done) out.error = done.error();
    if (!done) out.fault = to_line(done.error());
    out.rows = test::lines_of(builder.take());
    return out;
}

const std::string xml_head =
    "<?xml version=\"1.0\"?>\n<trace-query-result>\n<node xpath='//trace-toc[1]/run[1]/data[1]/table[3]'><schema "
    "name=\"counters-profile\">"
    "<col><mnemonic>time</mnemonic><name>Sample Time</name><engineering-type>sample-time</engineering-type></col>"
    "<col><mnemonic>thread</mnemonic><name>Thread</name><engineering-type>thread</engineering-type></col>"
    "<col><mnemonic>weight</mnemonic><name>Weight</name><engineering-type>weight</engineering-type></col>"
    "<col><mnemonic>cycles</mnemonic><name>Cycles</name><engineering-type>uint64</engineering-type></col>"
    "<col><mnemonic>pmc-events</mnemonic><name>PMC</name><engineering-type>uint64-array</engineering-type></col></"
    "schema>";

std::string recording(const std::string& rows) { return xml_head + rows + "</node></trace-query-result>\n"; }

const std::string first_row =
    "<row><sample-time id=\"1\" fmt=\"00:00.001\">1000000</sample-time><thread id=\"2\" fmt=\"Main Thread 0x1\"><tid "
    "id=\"3\" fmt=\"0x1\">1</tid>"
    "<process id=\"4\" fmt=\"bench (321)\"><pid id=\"5\" fmt=\"321\">321</pid></process></thread><weight id=\"6\" "
    "fmt=\"1.00 ms\">1000000</weight>"
    "<uint64 id=\"7\" fmt=\"500\">500</uint64><uint64-array id=\"8\" fmt=\"3 4\">3 4</uint64-array></row>\n";

} // namespace

TEST_CASE("an element with a reference is the one that was written before with that id") {
    if (!reads_xctrace_xml()) return;
    const auto found = recording_of(
        recording(first_row + "<row><sample-time id=\"9\" fmt=\"x\">2000000</sample-time><thread ref=\"2\"/><weight "
                              "ref=\"6\"/><uint64 ref=\"7\"/>"
                              "<uint64-array id=\"10\" fmt=\"1 1\">1 1</uint64-array></row>"
                              "<row><sample-time id=\"11\" fmt=\"x\">3000000</sample-time><thread id=\"12\" "
                              "fmt=\"t\"><process id=\"13\" fmt=\"other (7)\"/>"
                              "</thread><sentinel/><uint64 id=\"14\" fmt=\"9\">9</uint64><sentinel/></row>"));
    CHECK(found.fault == "");
    CHECK(found.rows == Strings{"paired@bench cycles 0.0 = 1000 counted", "paired@bench pmc-events[0] 0.0 = 4 counted",
                                "paired@bench pmc-events[1] 0.0 = 5 counted",
                                "paired@bench task_clock_ns 0.0 = 2000000 ns scaled",
                                "paired@other cycles 0.0 = 9 counted"});
}

TEST_CASE("a row that is one counter is named by its own column") {
    if (!reads_xctrace_xml()) return;
    const auto found =
        recording_of("<trace-query-result><node><schema "
                     "name=\"m\"><col><mnemonic>name</mnemonic><engineering-type>string</engineering-type></col>"
                     "<col><mnemonic>value</mnemonic><engineering-type>fixed-decimal</engineering-type></col></schema>"
                     "<row><string id=\"1\" fmt=\"INST_ALL\">INST_ALL</string><fixed-decimal id=\"2\" "
                     "fmt=\"7\">7.5</fixed-decimal></row>"
                     "<row><string ref=\"1\"/><fixed-decimal ref=\"2\"/></row></node></trace-query-result>");
    CHECK(found.rows == Strings{"paired instructions 0.0 = 15 counted"});
}

TEST_CASE("XML that is cut off, wrong or a bomb is refused in one line") {
    if (!reads_xctrace_xml()) return;
    const std::string how = "; write it with xctrace export --input FILE.trace --xpath ... --output FILE.xml";
    CHECK(recording_of(xml_head + first_row).fault == "import x row 1: the document is cut off" + how);
    CHECK(recording_of(xml_head + first_row.substr(0, 60)).fault == "import x: the document is cut off" + how);
    CHECK(recording_of("<?xml version=\"1.0\"?><!DOCTYPE lolz [<!ENTITY lol \"lol\"><!ENTITY lol2 "
                       "\"&lol;&lol;\">]><trace-query-result/>")
              .fault == "import x: it has a document type declaration, which xctrace does not write" + how);
    CHECK(recording_of(recording("<row><uint64 ref=\"99\"/></row>")).fault ==
          "import x row 1: it refers to an id that is not defined above" + how);
    CHECK(recording_of("<trace-query-result><row><uint64>1</uint64></row></trace-query-result>").fault ==
          "import x row 1: a row precedes its schema" + how);
    CHECK(recording_of(recording("<row><a><b></a></b></row>")).fault ==
          "import x row 1: the row is not well-formed XML" + how);
    std::string deep = "<row>";
    for (int i = 0; i < 100'000; ++i)
        deep += "<a>";
    CHECK(recording_of(recording(deep + "</row>")).fault == "import x row 1: elements are nested too deeply" + how);
    CHECK(recording_of(xml_head + "<row>" + std::string(2 << 20, 'x')).fault ==
          "import x: an element is longer than 1 MiB" + how);
    CHECK(recording_of("<html><body>hello, this is a page</body></html>\n").fault ==
          "import x: it contains no number of a recording" + how);
}

TEST_CASE("a CSV of Instruments is summed by process, with units and separators") {
    CHECK(recording_of(
              "Sample Time,Process,Weight,Cycles,Share,Note\n00:00.001,bench (321),1.50 ms,\"1,234,567\",45.5%,a\n"
              "00:00.002,bench (321),0.50 ms,\"1,000\",54.5%,b\n00:00.003,other (7),2.00 ms,,,c\n")
              .rows == Strings{"paired@bench cycles 0.0 = 1235567 counted",
                               "paired@bench Share 0.0 = 50 % counted mean n=2",
                               "paired@bench task_clock_ns 0.0 = 2000000 ns scaled",
                               "paired@other task_clock_ns 0.0 = 2000000 ns scaled"});
    CHECK(recording_of("Process,Cycles\nbench,\"1,234\"\n").error.code == ExitCode::usage);
    CHECK(recording_of("Process,Cycles\nbench,\"1,234\"\n", DecimalChoice::point).rows ==
          Strings{"paired@bench cycles 0.0 = 1234 counted"});
    CHECK(
        recording_of("hello\n").fault.starts_with("import x:1: it is neither XML nor a table with several columns; "));
    CHECK(recording_of("Process,Cycles\nbench\n")
              .fault.starts_with("import x:2: it does not have the columns of the header; "));
    CHECK(recording_of("Process,Cycles\nbench,word\n")
              .fault.starts_with("import x: it contains no number of a recording; "));
}
