/* palette.c: the classes of a project, and what makes a set of them sound */
#include "config.h"
#include "label/palette.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define MAX_NAME_BYTES 64
#define MAX_ALIASES 64

G_DEFINE_QUARK (lw-palette-error-quark, lw_palette_error)

static void
class_free (gpointer data)
{
  LwClass *class = data;
  g_free (class->name);
  g_free (class->shortcut);
  g_strfreev (class->aliases);
  g_free (class);
}

LwPalette *
lw_palette_new (const char *name)
{
  LwPalette *palette = g_new (LwPalette, 1);
  palette->name = g_strdup (name);
  palette->classes = g_ptr_array_new_with_free_func (class_free);
  return palette;
}

LwPalette *
lw_palette_copy (const LwPalette *palette)
{
  LwPalette *copy = lw_palette_new (palette->name);
  for (guint i = 0; i < palette->classes->len; i++)
    {
      const LwClass *from = palette->classes->pdata[i];
      LwClass *class = lw_palette_add (copy, from->id, from->name, from->rgb);
      class->ignored = from->ignored;
      class->shortcut = g_strdup (from->shortcut);
      class->aliases = g_strdupv (from->aliases);
    }
  return copy;
}

void
lw_palette_free (LwPalette *palette)
{
  if (palette == NULL)
    return;
  g_free (palette->name);
  g_ptr_array_unref (palette->classes);
  g_free (palette);
}

LwClass *
lw_palette_add (LwPalette *palette, guint8 id, const char *name, const guint8 rgb[3])
{
  LwClass *class = g_new0 (LwClass, 1);
  class->id = id;
  class->name = g_strdup (name);
  memcpy (class->rgb, rgb, 3);
  g_ptr_array_add (palette->classes, class);
  return class;
}

/* ---- find ---- */

LwClass *
lw_palette_find_id (const LwPalette *palette, guint8 id)
{
  for (guint i = 0; i < palette->classes->len; i++)
    {
      LwClass *class = palette->classes->pdata[i];
      if (class->id == id)
        return class;
    }
  return NULL;
}

LwClass *
lw_palette_find_rgb (const LwPalette *palette, const guint8 rgb[3])
{
  for (guint i = 0; i < palette->classes->len; i++)
    {
      LwClass *class = palette->classes->pdata[i];
      if (memcmp (class->rgb, rgb, 3) == 0)
        return class;
    }
  return NULL;
}

static gboolean
same_name (const char *folded, const char *name)
{
  g_autofree char *other = g_utf8_casefold (name, -1);
  return strcmp (folded, other) == 0;
}

static gboolean
has_alias (const LwClass *class, const char *folded)
{
  for (gsize i = 0; class->aliases != NULL && class->aliases[i] != NULL; i++)
    if (same_name (folded, class->aliases[i]))
      return TRUE;
  return FALSE;
}

/* A name goes before an alias, whatever the order of the classes. */
LwClass *
lw_palette_find_name (const LwPalette *palette, const char *name)
{
  g_autofree char *folded = g_utf8_casefold (name, -1);
  LwClass *by_alias = NULL;
  for (guint i = 0; i < palette->classes->len; i++)
    {
      LwClass *class = palette->classes->pdata[i];
      if (same_name (folded, class->name))
        return class;
      if (by_alias == NULL && has_alias (class, folded))
        by_alias = class;
    }
  return by_alias;
}

int
lw_palette_next_id (const LwPalette *palette)
{
  for (int id = 0; id < 255; id++)
    if (lw_palette_find_id (palette, (guint8) id) == NULL)
      return id;
  return -1;
}

/* ---- validate ---- */

static gboolean
is_sound_name (const char *name)
{
  if (name == NULL || name[0] == '\0' || strlen (name) > MAX_NAME_BYTES || !g_utf8_validate (name, -1, NULL))
    return FALSE;
  for (const char *at = name; *at != '\0'; at = g_utf8_next_char (at))
    if (g_unichar_iscntrl (g_utf8_get_char (at)))
      return FALSE;
  return !g_ascii_isspace (name[0]) && !g_ascii_isspace (name[strlen (name) - 1]);
}

static gboolean
check_name (const char *name, const char *whose, GError **error)
{
  if (is_sound_name (name))
    return TRUE;
  g_set_error (
      error, LW_PALETTE_ERROR, LW_PALETTE_ERROR_LIMIT,
      _("The name of %s can’t be used: 1 to %d bytes of text without control characters or spaces at its ends are needed"),
      whose, MAX_NAME_BYTES);
  return FALSE;
}

static gboolean
check_aliases (const LwClass *class, const char *whose, GError **error)
{
  if (class->aliases == NULL)
    return TRUE;
  if (g_strv_length (class->aliases) > MAX_ALIASES)
    {
      g_set_error (error, LW_PALETTE_ERROR, LW_PALETTE_ERROR_LIMIT, _("Class “%s” has more than %d other names"), class->name,
                   MAX_ALIASES);
      return FALSE;
    }
  for (gsize i = 0; class->aliases[i] != NULL; i++)
    if (!check_name (class->aliases[i], whose, error))
      return FALSE;
  return TRUE;
}

/* One printable key, or two with a space between. */
static gboolean
check_shortcut (const LwClass *class, GError **error)
{
  const char *keys = class->shortcut;
  if (keys == NULL)
    return TRUE;
  if (g_utf8_validate (keys, -1, NULL) && keys[0] != '\0')
    {
      glong n = g_utf8_strlen (keys, -1);
      gboolean first = g_unichar_isgraph (g_utf8_get_char (keys));
      if (first && n == 1)
        return TRUE;
      const char *second = g_utf8_next_char (keys);
      if (first && n == 3 && *second == ' ' && g_unichar_isgraph (g_utf8_get_char (second + 1)))
        return TRUE;
    }
  g_set_error (error, LW_PALETTE_ERROR, LW_PALETTE_ERROR_FORMAT,
               _("Class “%s” has a shortcut that can’t be used: give one key (“1”) or two (“g 1”)"), class->name);
  return FALSE;
}

static gboolean
check_class (const LwClass *class, GError **error)
{
  g_autofree char *whose = g_strdup_printf (_("class number %d"), class->id);
  if (!check_name (class->name, whose, error) || !check_aliases (class, whose, error) || !check_shortcut (class, error))
    return FALSE;
  if (class->id != 255)
    return TRUE;
  g_set_error (error, LW_PALETTE_ERROR, LW_PALETTE_ERROR_LIMIT,
               _("Class “%s” has the number 255, which means “not labelled yet”: use 0 to 254"), class->name);
  return FALSE;
}

static gboolean
fail_duplicate (const LwClass *a, const LwClass *b, const char *what, GError **error)
{
  g_set_error (error, LW_PALETTE_ERROR, LW_PALETTE_ERROR_DUPLICATE,
               _("Classes “%s” and “%s” have the same %s: change one of them"), a->name, b->name, what);
  return FALSE;
}

/* A key that begins a sequence can't be a shortcut of its own: "g" would never let "g 1" happen. */
static gboolean
shortcuts_clash (const char *a, const char *b)
{
  if (a == NULL || b == NULL)
    return FALSE;
  g_autofree char *left = g_utf8_casefold (a, -1), *right = g_utf8_casefold (b, -1);
  gsize n_left = strlen (left), n_right = strlen (right), n = MIN (n_left, n_right);
  if (strncmp (left, right, n) != 0)
    return FALSE;
  return n_left == n_right || (n_left > n ? left[n] : right[n]) == ' ';
}

static gboolean
check_pair (const LwClass *a, const LwClass *b, GError **error)
{
  if (a->id == b->id)
    return fail_duplicate (a, b, _("number"), error);
  if (memcmp (a->rgb, b->rgb, 3) == 0)
    return fail_duplicate (a, b, _("colour"), error);
  if (shortcuts_clash (a->shortcut, b->shortcut))
    return fail_duplicate (a, b, _("shortcut"), error);
  return TRUE;
}

/* Adds a name to @taken (folded name → LwClass). */
static gboolean
take_name (GHashTable *taken, const char *name, LwClass *class, GError **error)
{
  char *folded = g_utf8_casefold (name, -1);
  const LwClass *other = g_hash_table_lookup (taken, folded);
  if (other != NULL && (other != class || same_name (folded, class->name)))
    {
      g_free (folded);
      return fail_duplicate (other, class, _("name or other name"), error);
    }
  g_hash_table_insert (taken, folded, class);
  return TRUE;
}

static gboolean
check_names_differ (const LwPalette *palette, GError **error)
{
  g_autoptr(GHashTable) taken = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < palette->classes->len; i++)
    {
      LwClass *class = palette->classes->pdata[i];
      if (!take_name (taken, class->name, class, error))
        return FALSE;
      for (gsize k = 0; class->aliases != NULL && class->aliases[k] != NULL; k++)
        if (!take_name (taken, class->aliases[k], class, error))
          return FALSE;
    }
  return TRUE;
}

gboolean
lw_palette_validate (const LwPalette *palette, GError **error)
{
  guint n = palette->classes->len;
  if (!check_name (palette->name, _("the palette"), error))
    return FALSE;
  if (n == 0 || n > 255)
    {
      g_set_error (error, LW_PALETTE_ERROR, LW_PALETTE_ERROR_LIMIT, _("“%s” has %u classes: 1 to 255 are possible"),
                   palette->name, n);
      return FALSE;
    }
  for (guint i = 0; i < n; i++)
    {
      if (!check_class (palette->classes->pdata[i], error))
        return FALSE;
      for (guint k = 0; k < i; k++)
        if (!check_pair (palette->classes->pdata[k], palette->classes->pdata[i], error))
          return FALSE;
    }
  return check_names_differ (palette, error);
}
