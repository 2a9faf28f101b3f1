#include "conform.h"

const struct conform_case signal_cases[] = { { NULL, 0, NULL } };
