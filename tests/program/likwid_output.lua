-- LIKWID's own printing code (likwid.lua) with made-up counts: what likwid-perfctr -O prints for two hardware threads,
-- once for a whole program and once for a marker region.
package.path = "/usr/share/lua/?.lua;" .. package.path
local likwid = require("likwid")
use_csv = true

local events = {{"INSTR_RETIRED_ANY", "FIXC0"}, {"CPU_CLK_UNHALTED_CORE", "FIXC1"}, {"CAS_COUNT_RD", "MBOX0C0"},
                {"CAS_COUNT_WR", "MBOX0C1"}}
local counts = {{{1000, 3000}, {2500, 4500}, {15625000, 0}, {7812500, 0}}}
local metrics = {{"Runtime (RDTSC) [s]", {0.5, 0.5}}, {"Clock [MHz]", {2500, 2250}}, {"CPI", {2.5, 1.5}},
                 {"Memory read data volume [GBytes]", {1, 0}}, {"Memory write data volume [GBytes]", {0.5, 0}},
                 {"Memory bandwidth [MBytes/s]", {3000, 0}}, {"Memory data volume [GBytes]", {1.5, 0}}}
local values = {{}}
for number, metric in ipairs(metrics) do
    values[1][number] = metric[2]
end

likwid.getCpuClock = function() return 2300000000 end
likwid.getRuntimeOfGroup = function() return 0.5 end
likwid.getNameOfGroup = function() return "MEM" end
likwid.getNumberOfMetrics = function() return #metrics end
likwid.getNameOfEvent = function(_, event) return events[event][1] end
likwid.getNameOfCounter = function(_, event) return events[event][2] end
likwid.getNameOfMetric = function(_, metric) return metrics[metric][1] end
likwid.markerRegionTag = function(region) return region and "copy" end
likwid.markerRegionThreads = function() return 2 end
likwid.markerRegionCpulist = function() return {0, 1} end
likwid.markerRegionTime = function() return 0.25 end
likwid.markerRegionCount = function() return 10 end
likwid.printOutput(counts, values, {0, 1}, nil, false)
likwid.printOutput(counts, values, {0, 1}, 1, false)
