/* page-scan.h: reads rows straight from the pages of an SQLite file that SQLite itself can't read any more (private to core/store)
 *
 * Follows the file format (sqlite.org/fileformat2.html): rows of tables whose root is known come first, then those on pages that nothing leads to any more. */
#pragma once

#include <gio/gio.h>

#define LW_SCAN_MAX_VALUES 32

typedef struct {
  enum { LW_SCAN_NULL, LW_SCAN_INTEGER, LW_SCAN_TEXT, LW_SCAN_BLOB } type;
  gint64 integer;
  const guint8 *data;          /* of text and blobs: valid during the call */
  gsize length;
} LwScanValue;

typedef struct {
  const char *table;           /* NULL: of a page that nothing leads to */
  gboolean has_rowid;          /* FALSE: a row of a WITHOUT ROWID table, or of an index */
  gint64 rowid;
  guint n;
  LwScanValue values[LW_SCAN_MAX_VALUES];
} LwScanRow;
typedef void (*LwScanFunc) (const LwScanRow *row, gpointer data);

/* On this thread; a row may come twice where the file has it twice, and what makes no sense is passed over. FALSE: @path is no file that can be read, or cancelled */
gboolean lw_scan_file (const char *path, LwScanFunc func, gpointer data, GCancellable *cancellable, GError **error);
