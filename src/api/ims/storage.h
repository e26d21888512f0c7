/* SPDX-License-Identifier: MIT */
/* What the actions about storage share: their one StorageType. */
#pragma once

#include "api/ims/action.h"

extern const char *const pmx_ims_storage_types[];         /* user_oss_bucket */
extern const char *const pmx_ims_foreign_storage_types[]; /* the job API's others */
