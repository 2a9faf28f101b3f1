#include "conform.h"

const struct conform_case netlink_cases[] = { { NULL, 0, NULL } };
