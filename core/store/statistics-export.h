/* statistics-export.h: what was counted, as a table for spreadsheets (CSV, RFC 4180) */
#pragma once

#include "label/palette.h"
#include "store/provenance.h"

const char *lw_origin_kind_get_nick (LwOriginKind kind);      /* "person", "model", "propagation", "import" */

/* One row for each status, class, and person, model or import: group, name, number, frames, pixels, percent of the labelled pixels. Numbers have a point
 * in any language. @origins: (element-type LwOrigin). Written whole or not at all. */
gboolean lw_statistics_export (const LwStatistics *sums, const LwPalette *palette, GPtrArray *origins, const char *path, GError **error);
