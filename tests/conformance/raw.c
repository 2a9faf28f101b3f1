#include "conform.h"

const struct conform_case raw_cases[] = { { NULL, 0, NULL } };
