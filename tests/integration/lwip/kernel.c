#include "lt.h"
void kernel_run(void) {}
