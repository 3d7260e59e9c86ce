#pragma once

#include "loops/oracle_loop.hpp"
#include "loops/paired_loops.hpp"
#include "loops/rebuild_loops.hpp"

namespace bytebound {

/// The loop of `kind` with a given access policy; null for torch, external and plug_in, which are not templates of this
/// program.
template <class Access>
std::unique_ptr<UpdateLoop> make_with(LoopKind kind, const LoopSetup<Access>& setup) {
    switch (kind) {
    case LoopKind::paired: return std::make_unique<PairedLoop<Access>>(setup);
    case LoopKind::index: return std::make_unique<IndexLoop<Access>>(setup);
    case LoopKind::mask: return std::make_unique<MaskLoop<Access>>(setup);
    case LoopKind::hybrid: return std::make_unique<HybridLoop<Access>>(setup);
    case LoopKind::oracle: return std::make_unique<OracleLoop<Access>>(setup);
    case LoopKind::torch:
    case LoopKind::external:
    case LoopKind::plug_in: break;
    }
    return nullptr;
}

} // namespace bytebound
