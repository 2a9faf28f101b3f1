#include "lt.h"
void packet_run(void) {}
