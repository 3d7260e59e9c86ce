#include <catch2/catch.hpp>

#include <array>
#include <cmath>

#include "stats/background.hpp"

namespace bytebound {
namespace {

TEST_CASE("the background's rate is all bytes over all idle time") {
    const std::array before{IdleWindow{100, 1000}, IdleWindow{300, 1000}};
    const std::array after{IdleWindow{500, 2000}};
    // (100 + 300 + 500) / 4000
    CHECK(background_noise(before, after).rate == 0.225);
    CHECK(background_noise(before, after).idle_ns == 4000);
}

TEST_CASE("scatter is taken within each side, per ns, and drift between the sides") {
    // Before: rate 0.2, windows 100 away from 200: 2 x 100^2/1000 = 20. After: rate 0.4, no scatter. 4 windows, 2
    // rates.
    const std::array before{IdleWindow{100, 1000}, IdleWindow{300, 1000}};
    const std::array after{IdleWindow{400, 1000}, IdleWindow{400, 1000}};
    const BackgroundNoise noise = background_noise(before, after);
    CHECK(noise.variance == 10);
    CHECK(noise.drift == Approx(0.1));
}

TEST_CASE("an even background has no scatter and no drift") {
    const std::array windows{IdleWindow{64, 1000}, IdleWindow{128, 2000}};
    CHECK(background_noise(windows, windows) == BackgroundNoise{0.064, 0, 6000, 0});
}

TEST_CASE("windows of zero duration, and no windows at all, give no background") {
    const std::array nothing{IdleWindow{64, 0}};
    CHECK(background_noise(nothing, {}) == BackgroundNoise{});
    const std::array one{IdleWindow{64, 0}, IdleWindow{10, 100}};
    CHECK(background_noise(one, {}) == BackgroundNoise{0.1, 0, 100, 0});
}

TEST_CASE(
    "the subtracted background is as uncertain as its rate: by its windows or by its drift, whichever is larger") {
    BackgroundNoise noise{0.2, 10, 4000, 0};
    // var(rate) = 10/4000; over 1000 ns: 0.0025 * 10^6
    CHECK(rate_variance(noise, 1000) == Approx(2500));
    CHECK(net_variance(noise, 1000) == Approx(2500 + 10 * 1000));
    noise.drift = 0.1; // 0.1^2 * 10^6
    CHECK(rate_variance(noise, 1000) == Approx(10000));
}

} // namespace
} // namespace bytebound
