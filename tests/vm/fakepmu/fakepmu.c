// SPDX-License-Identifier: GPL-2.0-only
/*
 * Performance monitoring units that count what they are told, for tests of programs that read counters.
 *
 * boxes=imc (default): uncore_imc_0 and uncore_imc_1, two memory channels on every NUMA node, with the formats, aliases
 *     and limits of Ice Lake-SP: four 48-bit counters in a box, one CPU per node in cpumask; an event opened on any CPU
 *     of the node moves to that one.
 * boxes=umc: amd_umc_0 and amd_umc_1, the channel of node 0 and that of node 1, with Zen 4's format; their counters
 *     stop at their highest value. No other node's CPU may open them.
 * cpu: a core PMU with four counters that follow tasks: cycles, instructions, cache references and misses, and Ice
 *     Lake's raw codes of the same and of offcore responses. Other raw codes open and stay 0.
 *
 * Driven through one file, some lines per write(2):
 *     /sys/kernel/debug/fakepmu/drive    "core CYCLES INSTRUCTIONS MISSES"  the calling CPU did this
 *                                        "offcore READS PREFETCHES WRITES"  the calling CPU's offcore responses
 *                                        "box PMU NODE READS WRITES"        one box saw this many CAS commands
 * Parameters that may change while loaded: start (value of a box counter when it is assigned), width (its bits).
 */
#include <linux/debugfs.h>
#include <linux/device.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/perf_event.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

MODULE_LICENSE("GPL v2");
MODULE_DESCRIPTION("Performance monitoring units that count what they are told");

#define BOX_PMUS 2
#define MAX_NODES 4
#define COUNTERS 4

static char *boxes = "imc";
module_param(boxes, charp, 0444);
static unsigned long long start;
module_param(start, ullong, 0644);
static unsigned int width = 48;
module_param(width, uint, 0644);

/* ---- boxes ------------------------------------------------------------------------------------------------------ */

enum { COUNTS_NOTHING, COUNTS_READS, COUNTS_WRITES, COUNTS_BOTH };

/* One counter register of a box. */
struct box_counter {
	struct perf_event *event; /* NULL: free */
	bool running;
	u64 value;
};

struct box {
	int cpu; /* that reads it; -1: this PMU has no box on this node */
	raw_spinlock_t lock;
	struct box_counter counters[COUNTERS];
};

struct box_pmu {
	struct pmu pmu;
	char name[16]; /* perf keeps the pointer */
	struct box boxes[MAX_NODES];
	struct cpumask cpus;
};

static struct box_pmu box_pmus[BOX_PMUS];
static bool is_umc;

static struct box_pmu *box_pmu_of(struct pmu *pmu)
{
	return container_of(pmu, struct box_pmu, pmu);
}

static struct box *box_of(struct perf_event *event)
{
	return &box_pmu_of(event->pmu)->boxes[cpu_to_node(event->cpu)];
}

static u64 highest_value(void)
{
	return width >= 64 ? U64_MAX : (1ULL << width) - 1;
}

static int direction_of(u64 config)
{
	if (is_umc) {
		if ((config & 0xff) != 0x0a)
			return COUNTS_NOTHING;
		switch (config >> 8 & 3) {
		case 1: return COUNTS_READS;
		case 2: return COUNTS_WRITES;
		default: return COUNTS_BOTH;
		}
	}
	switch (config & 0xffff) {
	case 0x0f04: return COUNTS_READS;
	case 0x3004: return COUNTS_WRITES;
	case 0x3f04: return COUNTS_BOTH;
	default: return COUNTS_NOTHING;
	}
}

static void box_count(struct box *box, u64 reads, u64 writes)
{
	unsigned long flags;
	int i;

	raw_spin_lock_irqsave(&box->lock, flags);
	for (i = 0; i < COUNTERS; i++) {
		struct box_counter *counter = &box->counters[i];
		u64 room, more = 0;

		if (!counter->event || !counter->running)
			continue;
		if (counter->event->hw.config & COUNTS_READS)
			more += reads;
		if (counter->event->hw.config & COUNTS_WRITES)
			more += writes;
		room = highest_value() - counter->value;
		if (is_umc && more > room)
			more = room;
		counter->value = (counter->value + more) & highest_value();
	}
	raw_spin_unlock_irqrestore(&box->lock, flags);
}

/* Difference to the last look, modulo the counter's width. Under the box's lock. */
static void box_look(struct perf_event *event)
{
	struct box_counter *counter = &box_of(event)->counters[event->hw.idx];
	u64 before = local64_xchg(&event->hw.prev_count, counter->value);

	local64_add((counter->value - before) & highest_value(), &event->count);
}

static void box_read(struct perf_event *event)
{
	struct box *box = box_of(event);
	unsigned long flags;

	raw_spin_lock_irqsave(&box->lock, flags);
	box_look(event);
	raw_spin_unlock_irqrestore(&box->lock, flags);
}

static void box_start(struct perf_event *event, int flags)
{
	struct box *box = box_of(event);
	unsigned long saved;

	raw_spin_lock_irqsave(&box->lock, saved);
	event->hw.state = 0;
	local64_set(&event->hw.prev_count, box->counters[event->hw.idx].value);
	box->counters[event->hw.idx].running = true;
	raw_spin_unlock_irqrestore(&box->lock, saved);
}

static void box_stop(struct perf_event *event, int flags)
{
	struct box *box = box_of(event);
	unsigned long saved;

	raw_spin_lock_irqsave(&box->lock, saved);
	if (!(event->hw.state & PERF_HES_STOPPED)) {
		box_look(event);
		box->counters[event->hw.idx].running = false;
		event->hw.state |= PERF_HES_STOPPED | PERF_HES_UPTODATE;
	}
	raw_spin_unlock_irqrestore(&box->lock, saved);
}

static int box_add(struct perf_event *event, int flags)
{
	struct box *box = box_of(event);
	unsigned long saved;
	int i;

	raw_spin_lock_irqsave(&box->lock, saved);
	for (i = 0; i < COUNTERS && box->counters[i].event; i++)
		;
	if (i < COUNTERS) {
		box->counters[i].event = event;
		box->counters[i].running = false;
		box->counters[i].value = start & highest_value();
		event->hw.idx = i;
		event->hw.state = PERF_HES_STOPPED | PERF_HES_UPTODATE;
	}
	raw_spin_unlock_irqrestore(&box->lock, saved);
	if (i == COUNTERS)
		return -EAGAIN;
	if (flags & PERF_EF_START)
		box_start(event, PERF_EF_RELOAD);
	return 0;
}

static void box_del(struct perf_event *event, int flags)
{
	struct box *box = box_of(event);
	unsigned long saved;

	box_stop(event, PERF_EF_UPDATE);
	raw_spin_lock_irqsave(&box->lock, saved);
	box->counters[event->hw.idx].event = NULL;
	raw_spin_unlock_irqrestore(&box->lock, saved);
	event->hw.idx = -1;
}

/* Whether the event and its group would fit into the counters at the same time. */
static bool group_fits(struct perf_event *event)
{
	struct perf_event *leader = event->group_leader, *sibling;
	int needed = 1;

	if (leader == event)
		return true;
	needed += leader->pmu == event->pmu;
	for_each_sibling_event(sibling, leader)
		needed += sibling->pmu == event->pmu;
	return needed <= COUNTERS;
}

static int box_event_init(struct perf_event *event)
{
	struct box *box;

	if (event->attr.type != event->pmu->type)
		return -ENOENT;
	if (is_sampling_event(event) || event->attach_state & PERF_ATTACH_TASK || event->cpu < 0)
		return -EINVAL;
	if (cpu_to_node(event->cpu) >= MAX_NODES)
		return -ENODEV;
	box = box_of(event);
	if (box->cpu < 0)
		return -ENODEV;
	event->cpu = box->cpu;
	if (!group_fits(event))
		return -EINVAL;
	event->hw.config = direction_of(event->attr.config);
	event->hw.idx = -1;
	return 0;
}

static ssize_t cpumask_show(struct device *device, struct device_attribute *attribute, char *page)
{
	return cpumap_print_to_pagebuf(true, page, &box_pmu_of(dev_get_drvdata(device))->cpus);
}
static DEVICE_ATTR_RO(cpumask);

static struct attribute *cpumask_attributes[] = { &dev_attr_cpumask.attr, NULL };
static const struct attribute_group cpumask_group = { .attrs = cpumask_attributes };

PMU_FORMAT_ATTR(event, "config:0-7");
PMU_FORMAT_ATTR(umask, "config:8-15");
PMU_FORMAT_ATTR(rdwrmask, "config:8-9");
PMU_FORMAT_ATTR(edge, "config:18");
PMU_FORMAT_ATTR(inv, "config:23");
PMU_FORMAT_ATTR(thresh, "config:24-31");
PMU_FORMAT_ATTR(cmask, "config:24-31");
PMU_FORMAT_ATTR(offcore_rsp, "config1:0-63");

static struct attribute *imc_formats[] = {
	&format_attr_event.attr, &format_attr_umask.attr, &format_attr_edge.attr,
	&format_attr_inv.attr, &format_attr_thresh.attr, NULL
};
static const struct attribute_group imc_format_group = { .name = "format", .attrs = imc_formats };

PMU_EVENT_ATTR_STRING(cas_count_read, imc_read, "event=0x04,umask=0x0f");
PMU_EVENT_ATTR_STRING(cas_count_read.scale, imc_read_scale, "6.103515625e-5");
PMU_EVENT_ATTR_STRING(cas_count_read.unit, imc_read_unit, "MiB");
PMU_EVENT_ATTR_STRING(cas_count_write, imc_write, "event=0x04,umask=0x30");
PMU_EVENT_ATTR_STRING(cas_count_write.scale, imc_write_scale, "6.103515625e-5");
PMU_EVENT_ATTR_STRING(cas_count_write.unit, imc_write_unit, "MiB");
PMU_EVENT_ATTR_STRING(clockticks, imc_clockticks, "event=0x00");

static struct attribute *imc_events[] = {
	&imc_read.attr.attr, &imc_read_scale.attr.attr, &imc_read_unit.attr.attr, &imc_write.attr.attr,
	&imc_write_scale.attr.attr, &imc_write_unit.attr.attr, &imc_clockticks.attr.attr, NULL
};
static const struct attribute_group imc_event_group = { .name = "events", .attrs = imc_events };

static const struct attribute_group *imc_groups[] = { &imc_format_group, &imc_event_group, &cpumask_group, NULL };

static struct attribute *umc_formats[] = { &format_attr_event.attr, &format_attr_rdwrmask.attr, NULL };
static const struct attribute_group umc_format_group = { .name = "format", .attrs = umc_formats };
static const struct attribute_group *umc_groups[] = { &umc_format_group, &cpumask_group, NULL };

static int box_pmu_register(struct box_pmu *p, int number)
{
	int node;

	for (node = 0; node < MAX_NODES; node++) {
		const bool here = node_online(node) && (!is_umc || node == number);

		p->boxes[node].cpu = here ? cpumask_first(cpumask_of_node(node)) : -1;
		if (p->boxes[node].cpu >= (int)nr_cpu_ids)
			p->boxes[node].cpu = -1;
		if (p->boxes[node].cpu >= 0)
			cpumask_set_cpu(p->boxes[node].cpu, &p->cpus);
		raw_spin_lock_init(&p->boxes[node].lock);
	}
	snprintf(p->name, sizeof(p->name), "%s_%d", is_umc ? "amd_umc" : "uncore_imc", number);
	p->pmu = (struct pmu){
		.module = THIS_MODULE,
		.task_ctx_nr = perf_invalid_context,
		.capabilities = PERF_PMU_CAP_NO_EXCLUDE | PERF_PMU_CAP_NO_INTERRUPT,
		.attr_groups = is_umc ? umc_groups : imc_groups,
		.event_init = box_event_init,
		.add = box_add,
		.del = box_del,
		.start = box_start,
		.stop = box_stop,
		.read = box_read,
	};
	return perf_pmu_register(&p->pmu, p->name, -1);
}

/* ---- core ------------------------------------------------------------------------------------------------------- */

enum {
	CORE_NOTHING, CORE_CYCLES, CORE_INSTRUCTIONS, CORE_REFERENCES, CORE_MISSES,
	OFFCORE_READS, OFFCORE_PREFETCHES, OFFCORE_WRITES, CORE_KINDS
};

struct core {
	u64 did[CORE_KINDS];
	int counters_in_use;
};
static DEFINE_PER_CPU(struct core, cores);

/* Raw codes as in Intel's event files for Ice Lake-SP. */
static int raw_kind(u64 config, u64 response)
{
	switch (config & 0xffff) {
	case 0x003c: return CORE_CYCLES;
	case 0x00c0: return CORE_INSTRUCTIONS;
	case 0x4f2e: return CORE_REFERENCES;
	case 0x412e: return CORE_MISSES;
	case 0x01b7:
		if (response == 0x73c000477ULL)
			return OFFCORE_READS;
		return response == 0xfbff80822ULL ? OFFCORE_WRITES : CORE_NOTHING;
	case 0x01bb: return response == 0x94002380ULL ? OFFCORE_PREFETCHES : CORE_NOTHING;
	default: return CORE_NOTHING;
	}
}

/* Negative: an errno. */
static int kind_of(struct perf_event *event)
{
	const u64 config = event->attr.config;

	switch (event->attr.type) {
	case PERF_TYPE_HARDWARE:
		switch (config) {
		case PERF_COUNT_HW_CPU_CYCLES: return CORE_CYCLES;
		case PERF_COUNT_HW_INSTRUCTIONS: return CORE_INSTRUCTIONS;
		case PERF_COUNT_HW_CACHE_REFERENCES: return CORE_REFERENCES;
		case PERF_COUNT_HW_CACHE_MISSES: return CORE_MISSES;
		default: return -ENOENT;
		}
	case PERF_TYPE_HW_CACHE:
		switch (config) {
		case PERF_COUNT_HW_CACHE_LL: return CORE_REFERENCES;
		case PERF_COUNT_HW_CACHE_LL | PERF_COUNT_HW_CACHE_RESULT_MISS << 16: return CORE_MISSES;
		default: return -ENOENT;
		}
	case PERF_TYPE_RAW:
		return raw_kind(config, event->attr.config1);
	default:
		return -ENOENT;
	}
}

static int core_event_init(struct perf_event *event)
{
	int kind = kind_of(event);

	if (kind < 0)
		return kind;
	if (is_sampling_event(event))
		return -EOPNOTSUPP;
	if (!group_fits(event))
		return -EINVAL;
	/* All work is user code's. */
	event->hw.config = event->attr.exclude_user ? CORE_NOTHING : kind;
	return 0;
}

static void core_read(struct perf_event *event)
{
	u64 now = this_cpu_read(cores.did[event->hw.config]);
	u64 before = local64_xchg(&event->hw.prev_count, now);

	local64_add(now - before, &event->count);
}

static void core_start(struct perf_event *event, int flags)
{
	event->hw.state = 0;
	local64_set(&event->hw.prev_count, this_cpu_read(cores.did[event->hw.config]));
}

static void core_stop(struct perf_event *event, int flags)
{
	if (event->hw.state & PERF_HES_STOPPED)
		return;
	core_read(event);
	event->hw.state |= PERF_HES_STOPPED | PERF_HES_UPTODATE;
}

static int core_add(struct perf_event *event, int flags)
{
	if (this_cpu_read(cores.counters_in_use) == COUNTERS)
		return -EAGAIN;
	this_cpu_inc(cores.counters_in_use);
	event->hw.state = PERF_HES_STOPPED | PERF_HES_UPTODATE;
	if (flags & PERF_EF_START)
		core_start(event, PERF_EF_RELOAD);
	return 0;
}

static void core_del(struct perf_event *event, int flags)
{
	core_stop(event, PERF_EF_UPDATE);
	this_cpu_dec(cores.counters_in_use);
}

static struct attribute *core_formats[] = {
	&format_attr_event.attr, &format_attr_umask.attr, &format_attr_edge.attr, &format_attr_inv.attr,
	&format_attr_cmask.attr, &format_attr_offcore_rsp.attr, NULL
};
static const struct attribute_group core_format_group = { .name = "format", .attrs = core_formats };
static const struct attribute_group *core_groups[] = { &core_format_group, NULL };

static struct pmu core_pmu = {
	.module = THIS_MODULE,
	.task_ctx_nr = perf_hw_context,
	.capabilities = PERF_PMU_CAP_NO_INTERRUPT,
	.attr_groups = core_groups,
	.event_init = core_event_init,
	.add = core_add,
	.del = core_del,
	.start = core_start,
	.stop = core_stop,
	.read = core_read,
};

/* ---- the file that drives them ---------------------------------------------------------------------------------- */

static int drive_line(const char *line)
{
	u64 a, b, c;
	unsigned int number, node;

	if (sscanf(line, "core %llu %llu %llu", &a, &b, &c) == 3) {
		this_cpu_add(cores.did[CORE_CYCLES], a);
		this_cpu_add(cores.did[CORE_INSTRUCTIONS], b);
		this_cpu_add(cores.did[CORE_MISSES], c);
		this_cpu_add(cores.did[CORE_REFERENCES], 8 * c);
	} else if (sscanf(line, "offcore %llu %llu %llu", &a, &b, &c) == 3) {
		this_cpu_add(cores.did[OFFCORE_READS], a);
		this_cpu_add(cores.did[OFFCORE_PREFETCHES], b);
		this_cpu_add(cores.did[OFFCORE_WRITES], c);
	} else if (sscanf(line, "box %u %u %llu %llu", &number, &node, &a, &b) == 4) {
		if (number >= BOX_PMUS || node >= MAX_NODES || box_pmus[number].boxes[node].cpu < 0)
			return -ENODEV;
		box_count(&box_pmus[number].boxes[node], a, b);
	} else {
		return -EINVAL;
	}
	return 0;
}

static ssize_t drive_write(struct file *file, const char __user *text, size_t size, loff_t *position)
{
	char buffer[512], *rest = buffer, *line;
	int error;

	if (size >= sizeof(buffer))
		return -E2BIG;
	if (copy_from_user(buffer, text, size))
		return -EFAULT;
	buffer[size] = '\0';
	while ((line = strsep(&rest, "\n")) != NULL) {
		if (*line == '\0')
			continue;
		/* One line is done on one CPU: core events are its own. */
		preempt_disable();
		error = drive_line(line);
		preempt_enable();
		if (error)
			return error;
	}
	return size;
}

static const struct file_operations drive_operations = {
	.owner = THIS_MODULE,
	.open = nonseekable_open,
	.write = drive_write,
};

static struct dentry *folder;

static int __init fakepmu_init(void)
{
	int error, i;

	is_umc = strcmp(boxes, "umc") == 0;
	/* The generic hardware and cache events and raw codes look for a PMU of this type. */
	error = perf_pmu_register(&core_pmu, "cpu", PERF_TYPE_RAW);
	if (error)
		return error;
	for (i = 0; i < BOX_PMUS; i++) {
		error = box_pmu_register(&box_pmus[i], i);
		if (error)
			goto undo;
	}
	folder = debugfs_create_dir("fakepmu", NULL);
	debugfs_create_file("drive", 0200, folder, NULL, &drive_operations);
	return 0;
undo:
	while (i-- > 0)
		perf_pmu_unregister(&box_pmus[i].pmu);
	perf_pmu_unregister(&core_pmu);
	return error;
}

static void __exit fakepmu_exit(void)
{
	int i;

	debugfs_remove(folder);
	for (i = 0; i < BOX_PMUS; i++)
		perf_pmu_unregister(&box_pmus[i].pmu);
	perf_pmu_unregister(&core_pmu);
}

module_init(fakepmu_init);
module_exit(fakepmu_exit);
