/* label-colors.c: the table of a label set: names and colours in the order of their indices */
#include "config.h"
#include "formats/label-colors.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include "common/atomic-file.h"
#include "formats/camvid.h"

#define MAX_FILE_BYTES (1 << 20)

static void
color_free (gpointer data)
{
  LwLabelColor *color = data;
  g_free (color->name);
  g_free (color);
}

LwLabelColors *
lw_label_colors_new (void)
{
  LwLabelColors *table = g_new0 (LwLabelColors, 1);
  table->colors = g_ptr_array_new_with_free_func (color_free);
  return table;
}

void
lw_label_colors_free (LwLabelColors *table)
{
  if (table == NULL)
    return;
  g_ptr_array_unref (table->colors);
  g_free (table);
}

void
lw_label_colors_add (LwLabelColors *table, const char *name, const guint8 rgb[3])
{
  LwLabelColor *color = g_new (LwLabelColor, 1);
  *color = (LwLabelColor) { g_strdup (name), { rgb[0], rgb[1], rgb[2] } };
  g_ptr_array_add (table->colors, color);
}

const LwLabelColor *
lw_label_colors_get (const LwLabelColors *table, guint i)
{
  return i < table->colors->len ? table->colors->pdata[i] : NULL;
}

int
lw_label_colors_find_rgb (const LwLabelColors *table, const guint8 rgb[3])
{
  for (guint i = 0; i < table->colors->len; i++)
    if (memcmp (lw_label_colors_get (table, i)->rgb, rgb, 3) == 0)
      return (int) i;
  return -1;
}

static int
find_name (const LwLabelColors *table, const char *name)
{
  for (guint i = 0; i < table->colors->len; i++)
    if (strcmp (lw_label_colors_get (table, i)->name, name) == 0)
      return (int) i;
  return -1;
}

static void
move_to_front (LwLabelColors *table, guint i)
{
  gpointer color = g_ptr_array_steal_index (table->colors, i);
  g_ptr_array_insert (table->colors, 0, color);
}

static const guint8 black[3] = { 0, 0, 0 };

static void
put_background_first (LwLabelColors *table)
{
  int at = find_name (table, "background");
  if (at < 0)
    {
      lw_label_colors_add (table, "background", black);
      at = (int) table->colors->len - 1;
    }
  move_to_front (table, (guint) at);
}

/* The colours that Pascal VOC gives its indices: bit 0 of the index is red's top bit, bit 1 green's, bit 2 blue's, bit 3 red's
 * second … */
static void
set_voc_colors (LwLabelColors *table)
{
  for (guint i = 0; i < table->colors->len; i++)
    {
      LwLabelColor *color = table->colors->pdata[i];
      memset (color->rgb, 0, 3);
      for (guint bit = 0; bit < 8; bit++)
        color->rgb[bit % 3] |= (guint8) ((i >> bit & 1) << (7 - bit / 3));
    }
}

void
lw_label_colors_put_black_first (LwLabelColors *table)
{
  int at = table->uncolored ? -1 : lw_label_colors_find_rgb (table, black);
  if (at >= 0)
    move_to_front (table, (guint) at);
  else
    put_background_first (table);
  if (table->uncolored)
    set_voc_colors (table);
  table->uncolored = FALSE;
}

/* ---- read ---- */

static gboolean
fail (const char *path, guint line, const char *why, GError **error)
{
  g_set_error (error, LW_FORMAT_ERROR, LW_FORMAT_ERROR_DAMAGED, _("“%s”, line %u: %s"), path, line, why);
  return FALSE;
}

/* The next of three numbers 0 to 255; *@at moves behind it. */
static gboolean
read_number (const char **at, guint8 *value)
{
  while (g_ascii_isspace (**at))
    (*at)++;
  guint number = 0, digits = 0;
  for (; g_ascii_isdigit (**at) && digits < 4; (*at)++, digits++)
    number = number * 10 + (guint) (**at - '0');
  *value = (guint8) number;
  return digits > 0 && number <= 255 && (**at == '\0' || g_ascii_isspace (**at));
}

static gboolean
begins_with_number (const char *text)
{
  char *end;
  g_ascii_strtoll (text, &end, 10);
  return end != text && (*end == '\0' || g_ascii_isspace (*end));
}

/* @text: a line without space at its ends. *@colored: it gives a colour */
static gboolean
read_line (LwLabelColors *table, const char *text, const char *path, guint line, gboolean *colored, GError **error)
{
  guint8 rgb[3] = { 0 };
  const char *name = text;
  *colored = begins_with_number (text);
  if (*colored)
    for (int i = 0; i < 3; i++)
      if (!read_number (&name, &rgb[i]))
        return fail (path, line, _("three numbers from 0 to 255 and a name are expected"), error);
  while (g_ascii_isspace (*name))
    name++;
  if (name[0] == '\0')
    return fail (path, line, _("the class has no name"), error);
  if (find_name (table, name) >= 0)
    return fail (path, line, _("a class of this name stands above already"), error);
  if (table->colors->len == LW_MAX_LABEL_COLORS)
    return fail (path, line, _("more than 256 classes"), error);
  lw_label_colors_add (table, name, rgb);
  return TRUE;
}

/* The lines of a text file of moderate size. */
static char **
read_lines (const char *path, GError **error)
{
  GStatBuf info;
  g_autofree char *text = NULL;
  g_autoptr(GError) why = NULL;
  gsize length;
  if (g_stat (path, &info) == 0 && (!S_ISREG (info.st_mode) || info.st_size > MAX_FILE_BYTES))
    g_set_error_literal (&why, LW_FORMAT_ERROR, LW_FORMAT_ERROR_DAMAGED, _("it is no text file of at most 1 MiB"));
  else if (g_file_get_contents (path, &text, &length, &why)
           && (memchr (text, '\0', length) != NULL || !g_utf8_validate (text, -1, NULL)))
    g_set_error_literal (&why, LW_FORMAT_ERROR, LW_FORMAT_ERROR_DAMAGED, _("it is not text in UTF-8"));
  if (why == NULL)
    return g_strsplit (text, "\n", -1);
  g_set_error (error, LW_FORMAT_ERROR, LW_FORMAT_ERROR_DAMAGED, _("“%s” can’t be read: %s"), path, why->message);
  return NULL;
}

LwLabelColors *
lw_label_colors_load (const char *path, GError **error)
{
  g_auto(GStrv) lines = read_lines (path, error);
  if (lines == NULL)
    return NULL;
  g_autoptr(LwLabelColors) table = lw_label_colors_new ();
  gboolean with = FALSE, without = FALSE;
  for (guint i = 0; lines[i] != NULL; i++)
    {
      const char *text = g_strstrip (lines[i]);
      gboolean colored;
      if (text[0] == '\0' || text[0] == '#')
        continue;
      if (!read_line (table, text, path, i + 1, &colored, error))
        return NULL;
      with |= colored;
      without |= !colored;
      if (with && without)
        {
          fail (path, i + 1, _("some classes have a colour and some have none"), error);
          return NULL;
        }
    }
  if (table->colors->len == 0)
    {
      fail (path, 1, _("the file lists no classes"), error);
      return NULL;
    }
  table->uncolored = without;
  return g_steal_pointer (&table);
}

/* ---- write ---- */

gboolean
lw_label_colors_save (const LwLabelColors *table, const char *path, GError **error)
{
  g_auto(LwAtomicFile) file = { 0 };
  if (!lw_atomic_file_open (&file, path, error))
    return FALSE;
  file.unsynced = TRUE;
  for (guint i = 0; i < table->colors->len; i++)
    {
      const LwLabelColor *color = lw_label_colors_get (table, i);
      fprintf (file.stream, "%d %d %d %s\n", color->rgb[0], color->rgb[1], color->rgb[2], color->name);
    }
  return lw_atomic_file_commit (&file, error);
}

/* ---- names ---- */

char *
lw_label_colors_fit_name (const char *name)
{
  GString *fit = g_string_new (NULL);
  for (const char *at = name; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);
      g_string_append_unichar (fit, g_unichar_isspace (c) ? '_' : c);
    }
  return g_string_free (fit, FALSE);
}

const LwClass *
lw_label_colors_find_class (const LwPalette *palette, const char *name)
{
  const LwClass *class = lw_palette_find_name (palette, name);
  if (class != NULL)
    return class;
  g_autofree char *spaced = g_strdelimit (g_strdup (name), "_", ' '), *fit = lw_label_colors_fit_name (name);
  class = lw_palette_find_name (palette, spaced);
  return class != NULL ? class : lw_palette_find_name (palette, fit);
}
