// Counts one loop: c++ -std=c++17 count.cpp $(pkg-config --cflags --libs bytebound-counters)
#include <bytebound/bytebound.hpp>
#include <iostream>

int main() {
    bytebound::event_set counters("instructions,page-faults,task-clock");
    double sum = 0;
    const auto readings = counters.measure([&] {
        for (int i = 0; i < 1000000; ++i)
            sum += 0.5 * i;
    });
    for (const bytebound::reading& reading : readings)
        if (const auto value = reading.value())
            std::cout << reading.name() << ": " << static_cast<long long>(*value) << ' ' << reading.unit() << '\n';
        else
            std::cout << reading.name() << ": n/a: " << reading.reason() << '\n';
    return sum == 249999750000.0 ? 0 : 1;
}
