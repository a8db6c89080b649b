/* file-hash.h: SHA-256 of a file, read piece by piece */
#pragma once

#include <gio/gio.h>

/* Returns: (transfer full): 64 hexadecimal digits, or NULL with a G_FILE_ERROR that names @path */
char *lw_file_hash (const char *path, GError **error);
