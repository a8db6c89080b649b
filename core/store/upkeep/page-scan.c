/* page-scan.c: pages, cells, overflow chains and records of an SQLite file, each believed only as far as it makes sense */
#include "config.h"
#include "store/upkeep/page-scan.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "store/project.h"

#define MAX_PAYLOAD (64u << 20)
#define MAX_DEPTH 24

enum { INDEX_INTERIOR = 2, TABLE_INTERIOR = 5, INDEX_LEAF = 10, TABLE_LEAF = 13 };

typedef struct {
  int fd;
  guint page_size, usable, n_pages;
  guint8 *seen;                /* a flag a page, from 1 */
  LwScanFunc func;
  gpointer data;
  GCancellable *cancellable;
} Scan;

typedef struct { const guint8 *at, *end; } Bytes;

static guint
get_u16 (const guint8 *at)
{
  return (guint) at[0] << 8 | at[1];
}

static guint
get_u32 (const guint8 *at)
{
  return (guint) at[0] << 24 | (guint) at[1] << 16 | (guint) at[2] << 8 | at[3];
}

static gboolean
take_varint (Bytes *bytes, guint64 *value)
{
  *value = 0;
  for (int i = 0; i < 9 && bytes->at < bytes->end; i++)
    {
      guint8 byte = *bytes->at++;
      *value = i == 8 ? *value << 8 | byte : *value << 7 | (byte & 0x7f);
      if (i == 8 || byte < 0x80)
        return TRUE;
    }
  return FALSE;
}

static gboolean
read_page (const Scan *scan, guint page, guint8 *buffer)
{
  if (page < 1 || page > scan->n_pages)
    return FALSE;
  gssize got = pread (scan->fd, buffer, scan->page_size, (off_t) (page - 1) * scan->page_size);
  if (got > 0 && (guint) got < scan->page_size)
    memset (buffer + got, 0, scan->page_size - (guint) got);
  return got > 0;
}

/* ---- records ---- */

/* The bytes of a value of this serial type, or -1. */
static gint64
size_of_type (guint64 type)
{
  static const int fixed[] = { 0, 1, 2, 3, 4, 6, 8, 8, 0, 0, -1, -1 };
  if (type < G_N_ELEMENTS (fixed))
    return fixed[type];
  return type < 2 * (guint64) MAX_PAYLOAD ? (gint64) (type - 12) / 2 : -1;
}

static gboolean
take_value (Bytes *body, guint64 type, LwScanValue *value)
{
  gint64 size = size_of_type (type);
  if (size < 0 || body->end - body->at < size || type == 7)      /* there are no real numbers in our tables */
    return FALSE;
  *value = (LwScanValue) { .type = type == 0 ? LW_SCAN_NULL : type < 12 ? LW_SCAN_INTEGER : type % 2 == 0 ? LW_SCAN_BLOB : LW_SCAN_TEXT };
  value->data = body->at;
  value->length = (gsize) size;
  if (value->type == LW_SCAN_INTEGER)
    {
      value->integer = type == 9 ? 1 : size > 0 && body->at[0] >= 0x80 ? -1 : 0;
      for (gint64 i = 0; i < size; i++)
        value->integer = (gint64) ((guint64) value->integer << 8 | body->at[i]);
    }
  body->at += size;
  return TRUE;
}

static gboolean
parse_record (const guint8 *payload, gsize length, LwScanRow *row)
{
  Bytes header = { payload, payload + length }, body;
  guint64 header_size, type;
  if (!take_varint (&header, &header_size) || header_size > length)
    return FALSE;
  header.end = body.at = payload + header_size;
  body.end = payload + length;
  for (row->n = 0; header.at < header.end; row->n++)
    if (row->n == LW_SCAN_MAX_VALUES || !take_varint (&header, &type) || !take_value (&body, type, &row->values[row->n]))
      return FALSE;
  return row->n > 0 && body.at == body.end;
}

/* ---- cells ---- */

static gsize
get_local_size (const Scan *scan, guint64 payload, gboolean table)
{
  guint64 usable = scan->usable, most = table ? usable - 35 : (usable - 12) * 64 / 255 - 23, least = (usable - 12) * 32 / 255 - 23;
  if (payload <= most)
    return (gsize) payload;
  guint64 wanted = least + (payload - least) % (usable - 4);
  return (gsize) (wanted <= most ? wanted : least);
}

/* Appends the rest of a payload from its overflow pages. */
static gboolean
follow_overflow (const Scan *scan, guint page, guint8 *payload, gsize have, gsize size)
{
  g_autofree guint8 *buffer = g_malloc (scan->page_size);
  while (have < size)
    {
      gsize part = MIN (size - have, scan->usable - 4);
      if (!read_page (scan, page, buffer))
        return FALSE;
      scan->seen[page] = TRUE;
      memcpy (payload + have, buffer + 4, part);
      have += part;
      page = get_u32 (buffer);
    }
  return TRUE;
}

static gboolean
read_cell (const Scan *scan, Bytes cell, gboolean table, LwScanRow *row, guint8 **payload)
{
  guint64 size, rowid = 0;
  if (!take_varint (&cell, &size) || size == 0 || size > MAX_PAYLOAD || size > (guint64) scan->n_pages * scan->page_size || (table && !take_varint (&cell, &rowid)))
    return FALSE;
  gsize local = get_local_size (scan, size, table);
  if ((gsize) (cell.end - cell.at) < local + (local < size ? 4 : 0))
    return FALSE;
  *payload = g_malloc ((gsize) size);
  memcpy (*payload, cell.at, local);
  row->has_rowid = table;
  row->rowid = (gint64) rowid;
  return (local == size || follow_overflow (scan, get_u32 (cell.at + local), *payload, local, (gsize) size)) && parse_record (*payload, (gsize) size, row);
}

static void
emit_cell (const Scan *scan, Bytes cell, gboolean table, const char *name)
{
  LwScanRow row = { .table = name };
  g_autofree guint8 *payload = NULL;
  if (read_cell (scan, cell, table, &row, &payload))
    scan->func (&row, scan->data);
}

typedef struct { guint8 type; guint n_cells, pointers; guint rightmost; } Header;

static gboolean
parse_header (const Scan *scan, guint page, const guint8 *buffer, Header *header)
{
  guint at = page == 1 ? 100 : 0;
  header->type = buffer[at];
  gboolean interior = header->type == INDEX_INTERIOR || header->type == TABLE_INTERIOR;
  if (!interior && header->type != INDEX_LEAF && header->type != TABLE_LEAF)
    return FALSE;
  header->n_cells = get_u16 (buffer + at + 3);
  header->pointers = at + (interior ? 12 : 8);
  header->rightmost = interior ? get_u32 (buffer + at + 8) : 0;
  return header->pointers + 2 * header->n_cells <= scan->usable;
}

static gboolean
get_cell (const Scan *scan, const guint8 *buffer, const Header *header, guint i, Bytes *cell)
{
  guint at = get_u16 (buffer + header->pointers + 2 * i);
  *cell = (Bytes) { buffer + at, buffer + scan->usable };
  return at >= header->pointers + 2 * header->n_cells && at + 4 < scan->usable;
}

/* ---- trees ---- */

static void
walk (const Scan *scan, guint page, const char *name, guint depth)
{
  Header header;
  Bytes cell;
  if (page < 1 || page > scan->n_pages || depth > MAX_DEPTH || scan->seen[page])
    return;
  g_autofree guint8 *buffer = g_malloc (scan->page_size);
  if (!read_page (scan, page, buffer) || !parse_header (scan, page, buffer, &header))
    return;
  scan->seen[page] = TRUE;
  gboolean interior = header.type == INDEX_INTERIOR || header.type == TABLE_INTERIOR, table = header.type == TABLE_LEAF || header.type == TABLE_INTERIOR;
  for (guint i = 0; i < header.n_cells; i++)
    {
      if (!get_cell (scan, buffer, &header, i, &cell))
        continue;
      if (interior)
        {
          walk (scan, get_u32 (cell.at), name, depth + 1);
          cell.at += 4;
        }
      if (header.type != TABLE_INTERIOR)
        emit_cell (scan, cell, table, name);
    }
  if (interior)
    walk (scan, header.rightmost, name, depth + 1);
}

typedef struct { GPtrArray *names; GArray *roots; } Roots;

static void
take_root (const LwScanRow *row, gpointer data)
{
  Roots *roots = data;
  if (row->n != 5 || row->values[0].type != LW_SCAN_TEXT || row->values[1].type != LW_SCAN_TEXT || row->values[3].type != LW_SCAN_INTEGER)
    return;
  guint root = (guint) CLAMP (row->values[3].integer, 0, G_MAXUINT);
  gboolean table = row->values[0].length == 5 && memcmp (row->values[0].data, "table", 5) == 0;
  if (root == 0)
    return;
  /* Indexes are walked, too, under a name that no table has, so that their rows are not taken for lost ones. */
  g_ptr_array_add (roots->names, table ? g_strndup ((const char *) row->values[1].data, row->values[1].length) : g_strdup ("(index)"));
  g_array_append_val (roots->roots, root);
}

static void
walk_known (Scan *scan)
{
  g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr(GArray) pages = g_array_new (FALSE, FALSE, sizeof (guint));
  Roots roots = { names, pages };
  Scan schema = *scan;
  schema.func = take_root;
  schema.data = &roots;
  walk (&schema, 1, "sqlite_schema", 0);
  for (guint i = 0; i < names->len; i++)
    if (!g_cancellable_is_cancelled (scan->cancellable))
      walk (scan, g_array_index (pages, guint, i), names->pdata[i], 0);
}

/* Pages that nothing led to. Those that are only content (of an overflow chain whose beginning is lost) don't parse and are let be. */
static void
walk_lost (Scan *scan)
{
  g_autofree guint8 *buffer = g_malloc (scan->page_size);
  for (guint page = 1; page <= scan->n_pages && !g_cancellable_is_cancelled (scan->cancellable); page++)
    {
      Header header;
      Bytes cell;
      if (scan->seen[page] || !read_page (scan, page, buffer))
        continue;
      if (!parse_header (scan, page, buffer, &header))
        continue;
      for (guint i = 0; i < header.n_cells && header.type != TABLE_INTERIOR; i++)
        if (get_cell (scan, buffer, &header, i, &cell))
          {
            cell.at += header.type == INDEX_INTERIOR ? 4 : 0;
            emit_cell (scan, cell, header.type == TABLE_LEAF, NULL);
          }
    }
}

static void
read_geometry (Scan *scan, gint64 file_size)
{
  guint8 header[100] = { 0 };
  scan->page_size = 4096;
  if (pread (scan->fd, header, sizeof header, 0) == sizeof header && memcmp (header, "SQLite format 3", 16) == 0)
    {
      guint size = get_u16 (header + 16) == 1 ? 65536 : get_u16 (header + 16);
      if (size >= 512 && (size & (size - 1)) == 0)
        scan->page_size = size;
    }
  scan->usable = scan->page_size - (header[20] <= scan->page_size - 480 ? header[20] : 0);
  scan->n_pages = (guint) MIN ((file_size + scan->page_size - 1) / scan->page_size, G_MAXINT);
}

gboolean
lw_scan_file (const char *path, LwScanFunc func, gpointer data, GCancellable *cancellable, GError **error)
{
  struct stat info;
  Scan scan = { .fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), .func = func, .data = data, .cancellable = cancellable };
  if (scan.fd < 0 || fstat (scan.fd, &info) != 0 || !S_ISREG (info.st_mode))
    {
      int e = scan.fd < 0 ? errno : EISDIR;
      g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_IO, _("Could not read “%s”: %s"), path, g_strerror (e));
      if (scan.fd >= 0)
        close (scan.fd);
      return FALSE;
    }
  read_geometry (&scan, info.st_size);
  scan.seen = g_malloc0 ((gsize) scan.n_pages + 1);
  walk_known (&scan);
  walk_lost (&scan);
  g_free (scan.seen);
  close (scan.fd);
  return !g_cancellable_set_error_if_cancelled (cancellable, error);
}
