#include "lt.h"
void ping_run(void) {}
void dgram_run(void) {}
