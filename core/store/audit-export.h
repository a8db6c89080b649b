/* audit-export.h: audit entries as a file: a table (CSV, RFC 4180) or an object a line (JSON) */
#pragma once

#include "store/past.h"

/* @path ends with ".jsonl" or ".json": JSON lines, with the members of “labelwright-cli log --json”; else CSV. Written whole or not at all. */
gboolean lw_audit_export (GPtrArray *entries, const char *path, GError **error);
/* Text that a spreadsheet would compute gets an apostrophe before it. Returns: (transfer full): with its quotes, where it needs them */
char *lw_csv_quote (const char *text);
