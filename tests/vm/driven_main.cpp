// bytebound with an additional loop, `driven`, for guests with the module fakepmu. A step does paired's row copies and
// then sets how much the module's counters advance. DRAM bytes, LLC misses and CPI in the program's output must equal
// these amounts. No released binary contains this loop.
//
// FAKEPMU_STEP contains the lines for each step, in the module's format
// ("core 3000 1500 20\nbox 0 0 32 16"); it is empty if a step drives nothing.

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "cli/program.hpp"

namespace {

using namespace bytebound;

class DrivenLoop final : public UpdateLoop {
public:
    DrivenLoop(std::unique_ptr<UpdateLoop> copies, int drive, std::string amounts)
        : copies_(std::move(copies)), drive_(drive), amounts_(std::move(amounts)) {}
    ~DrivenLoop() override { ::close(drive_); }

    void reset(std::span<const StepChange> changes) override { copies_->reset(changes); }
    StepOutcome step(std::uint32_t step) noexcept override {
        const StepOutcome outcome = copies_->step(step);
        if (!amounts_.empty() && ::write(drive_, amounts_.data(), amounts_.size()) < 0) std::abort();
        return outcome;
    }
    std::uint32_t active_rows() const override { return copies_->active_rows(); }
    std::span<const std::uint32_t> ids() const override { return copies_->ids(); }

private:
    std::unique_ptr<UpdateLoop> copies_;
    int drive_;
    std::string amounts_;
};

std::unique_ptr<UpdateLoop> make_driven(Workspace& workspace, WorkerTeam& team, const LoopOptions& options) {
    const int drive = ::open("/sys/kernel/debug/fakepmu/drive", O_WRONLY | O_CLOEXEC);
    if (drive < 0) {
        std::perror("bytebound-driven: /sys/kernel/debug/fakepmu/drive");
        return nullptr;
    }
    const char* amounts = std::getenv("FAKEPMU_STEP");
    return std::make_unique<DrivenLoop>(make_loop(LoopKind::paired, workspace, team, options), drive,
                                        amounts == nullptr ? "" : amounts);
}

} // namespace

int main(int argc, char** argv) { return run_program(argc, argv, {"driven", make_driven}); }
