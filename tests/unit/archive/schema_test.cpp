// Compares reports/schema/*.json with the field tables that write and read the documents.
#include <catch2/catch.hpp>

#include <fstream>
#include <iterator>
#include <set>

#include "archive/record_json.hpp"
#include "base/text.hpp"
#include "io/json.hpp"
#include "support/fixtures_path.hpp"

using namespace bytebound;
using nlohmann::json;

namespace {

using Faults = std::vector<std::string>;

/// Compares one schema with one shape; each difference is one line: "PATH: WHAT".
class SchemaCheck {
public:
    explicit SchemaCheck(const json& schema) : root_(schema) {}

    Faults compare(const ValueShape& shape) {
        compare(root_, shape, "");
        return faults_;
    }

private:
    struct Alternatives {
        std::set<std::string> types; ///< in JSON Schema, without "null"
        bool nullable = false;
        json schema; ///< the only alternative that is not null
    };

    const json& resolved(const json& schema) const {
        if (!schema.contains("$ref")) return schema;
        const auto path = schema.at("$ref").get<std::string>().substr(1); // "#/$defs/x"
        return resolved(root_.at(json::json_pointer(path)));
    }

    static std::string type_of(const json& value) {
        if (value.is_null()) return "null";
        if (value.is_boolean()) return "boolean";
        if (value.is_string()) return "string";
        return value.is_number_integer() ? "integer" : "number";
    }

    void add(const json& unresolved, Alternatives& found) const {
        const json& schema = resolved(unresolved);
        const auto add_type = [&](const std::string& type) {
            if (type == "null")
                found.nullable = true;
            else
                found.types.insert(type);
        };
        if (schema.contains("anyOf")) {
            for (const json& each : schema.at("anyOf"))
                add(each, found);
            return;
        }
        if (schema.value("type", json()) != "null") found.schema = schema;
        if (schema.contains("const")) add_type(type_of(schema.at("const")));
        for (const json& value : schema.value("enum", json::array()))
            add_type(type_of(value));
        const json type = schema.value("type", json::array());
        for (const json& name : type.is_array() ? type : json::array({type}))
            add_type(name.get<std::string>());
    }

    void fault(const std::string& path, const std::string& what) { faults_.push_back(path + ": " + what); }

    void compare(const json& schema, const ValueShape& shape, const std::string& path) {
        Alternatives found;
        add(schema, found);
        std::set<std::string> types(shape.or_types.begin(), shape.or_types.end());
        types.emplace(shape.type);
        if (found.types != types)
            fault(path, "the schema's type is not " + join(std::vector(types.begin(), types.end()), " or "));
        if (found.nullable != shape.nullable)
            fault(path, shape.nullable ? "the schema does not allow null" : "the schema allows null");
        if (!shape.fields.empty()) return compare_fields(found.schema, shape.fields, path);
        if (shape.each.empty()) return;
        const char* key = shape.type == "array" ? "items" : "additionalProperties";
        if (!found.schema.contains(key)) return fault(path, "the schema has no " + std::string(key));
        compare(found.schema.at(key), shape.each[0], path + "/*");
    }

    void compare_fields(const json& schema, const std::vector<FieldShape>& fields, const std::string& path) {
        if (schema.value("additionalProperties", json()) != false) fault(path, "the schema allows other properties");
        std::set<std::string> properties, required;
        const json named = schema.value("properties", json::object());
        for (const auto& [name, value] : named.items())
            properties.insert(name);
        for (const json& name : schema.value("required", json::array()))
            required.insert(name.get<std::string>());
        for (const FieldShape& field : fields) {
            const std::string name(field.name), below = path + "/" + name;
            if (properties.erase(name) == 0) {
                fault(below, "the schema has no such property");
                continue;
            }
            if (required.contains(name) != field.required)
                fault(below, field.required ? "the schema does not require it" : "older documents do not have it");
            compare(schema.at("properties").at(name), field.value, below);
        }
        for (const std::string& name : properties)
            fault(path + "/" + name, "no field of the table");
    }

    const json& root_;
    Faults faults_;
};

json schema_of(const std::string& name) {
    std::ifstream stream(std::string(test::fixtures_path) + "/../../reports/schema/" + name);
    return parse_json(std::string{std::istreambuf_iterator<char>(stream), {}});
}

} // namespace

TEST_CASE("run.schema.json has exactly the fields of run.json") {
    const json schema = schema_of("run.schema.json");
    CHECK(SchemaCheck(schema).compare(run_shape()) == Faults{});
}

TEST_CASE("calibration.schema.json has exactly the fields of calibration files") {
    const json schema = schema_of("calibration.schema.json");
    CHECK(SchemaCheck(schema).compare(calibration_shape()) == Faults{});
}

TEST_CASE("autotune.schema.json has exactly the fields of autotune files") {
    const json schema = schema_of("autotune.schema.json");
    CHECK(SchemaCheck(schema).compare(autotune_shape()) == Faults{});
}

TEST_CASE("a schema that differs from the field tables is detected") {
    const json good = schema_of("run.schema.json");
    const auto faults = [&](const std::string& pointer, const json& value) {
        json changed = good;
        if (value.is_discarded())
            changed.at(json::json_pointer(pointer).parent_pointer()).erase(json::json_pointer(pointer).back());
        else
            changed[json::json_pointer(pointer)] = value;
        return SchemaCheck(changed).compare(run_shape());
    };
    const json removed(json::value_t::discarded);
    const std::string workload = "/$defs/workload";
    CHECK(faults(workload + "/properties/seed", removed) == Faults{"/workload/seed: the schema has no such property"});
    CHECK(faults(workload + "/properties/color", json::object()) == Faults{"/workload/color: no field of the table"});
    CHECK(
        faults(workload + "/required/0", "tau_source") ==
        Faults{"/workload/N: the schema does not require it", "/workload/tau_source: older documents do not have it"});
    CHECK(faults(workload + "/properties/seed/type", "number") ==
          Faults{"/workload/seed: the schema's type is not integer"});
    CHECK(faults(workload + "/properties/warmup/type", "integer") ==
          Faults{"/workload/warmup: the schema does not allow null"});
    CHECK(faults("/properties/host/type", json::array({"string", "null"})) == Faults{"/host: the schema allows null"});
    CHECK(faults("/$defs/file/additionalProperties", true) == Faults{"/files/*: the schema allows other properties"});
}
