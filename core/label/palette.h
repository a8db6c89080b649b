/* palette.h: the classes of a project: names, colours, shortcuts; the only file I/O of core/label */
#pragma once

#include <glib.h>

#define LW_PALETTE_ERROR (lw_palette_error_quark ())
typedef enum {
  LW_PALETTE_ERROR_FORMAT,     /* not a palette file */
  LW_PALETTE_ERROR_DUPLICATE,  /* two classes share a name, an id, a colour or a shortcut; the message names both */
  LW_PALETTE_ERROR_LIMIT,      /* more than 255 classes, or a name that is empty or too long */
  LW_PALETTE_ERROR_IO,
} LwPaletteError;
GQuark lw_palette_error_quark (void);

typedef struct {
  guint8 id;            /* 0..254, never reused in a project */
  char *name;           /* UTF-8, unique without regard to case, at most 64 bytes, no control characters */
  guint8 rgb[3];        /* unique in the palette */
  gboolean ignored;     /* void: neither trains nor scores */
  char *shortcut;       /* "1", "0", or two keys such as "g 1"; NULL: none */
  char **aliases;       /* NULL-terminated other names by which networks and label sets know it, or NULL */
} LwClass;

typedef struct {
  char *name;           /* "CamVid 11" */
  GPtrArray *classes;   /* of LwClass, in display order */
} LwPalette;

LwPalette *lw_palette_new (const char *name);
LwPalette *lw_palette_copy (const LwPalette *palette);
void lw_palette_free (LwPalette *palette);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwPalette, lw_palette_free)

/* @name_or_path: a file of data/palettes without its ending ("camvid11", "camvid32", "cityscapes"), or a path. */
LwPalette *lw_palette_load (const char *name_or_path, GError **error);
LwPalette *lw_palette_parse (const char *json, gsize length, const char *source /* what messages call it */, GError **error);
char *lw_palette_to_json (const LwPalette *palette);                                 /* (transfer full) */
gboolean lw_palette_validate (const LwPalette *palette, GError **error);             /* FALSE with LW_PALETTE_ERROR_DUPLICATE or _LIMIT */

/* Returns: (transfer none): the added class; shortcut, ignored and aliases start empty */
LwClass *lw_palette_add (LwPalette *palette, guint8 id, const char *name, const guint8 rgb[3]);
/* Lent; NULL: there is none. */
LwClass *lw_palette_find_id (const LwPalette *palette, guint8 id);
LwClass *lw_palette_find_name (const LwPalette *palette, const char *name);          /* without regard to case; aliases too */
LwClass *lw_palette_find_rgb (const LwPalette *palette, const guint8 rgb[3]);
int lw_palette_next_id (const LwPalette *palette);                                   /* -1 when all 255 are used */
