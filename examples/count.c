/* Counts one loop: cc count.c $(pkg-config --cflags --libs bytebound-counters) */
#include <bytebound/bytebound.h>
#include <stdio.h>

int main(void) {
    bytebound_set *set;
    bytebound_reading readings[3];
    double sum = 0, value;
    char error[256];
    if (bytebound_open("instructions,page-faults,task-clock", 0, &set, error, sizeof error) != BYTEBOUND_OK)
        return fprintf(stderr, "%s\n", error), 1;
    bytebound_begin(set);
    for (int i = 0; i < 1000000; ++i) sum += 0.5 * i;
    bytebound_end(set, readings);
    for (size_t i = 0; i < 3; ++i)
        if (bytebound_value(&readings[i], &value) == BYTEBOUND_OK)
            printf("%s: %.0f %s\n", bytebound_event_at(set, i)->name, value, bytebound_event_at(set, i)->unit);
        else
            printf("%s: n/a: %s\n", bytebound_event_at(set, i)->name, bytebound_reason(set, i, &readings[i]));
    bytebound_close(set);
    return sum == 249999750000.0 ? 0 : 1;
}
