/* SPDX-License-Identifier: MIT */
/* The field table of Container: see params.h. Pure. */
#include "job/containers.h"
#include "job/params.h"

static const PmxField container_fields[] = {
    {"Format", PMX_FIELD_ENUM, offsetof(PmxContainerParams, format), .fallback = "mp4",
     .choices = pmx_container_names, .refused = pmx_container_refused,
     .doc =
         "The file format; its extension is added to the file name. What each carries: the table "
         "of containers."},
    {0},
};

const PmxObject pmx_container_object = {"Container", sizeof(PmxContainerParams), container_fields,
                                        "The file format."};
