#include "conform.h"

const struct conform_case option_cases[] = { { NULL, 0, NULL } };
