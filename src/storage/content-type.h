/* SPDX-License-Identifier: MIT */
/* What kind of file an object is, for whoever fetches it: by the end of its name. Pure. */
#pragma once

/* IANA's media type; "application/octet-stream" for a name that says nothing. Static. */
const char *pmx_content_type(const char *name);
