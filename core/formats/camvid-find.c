/* camvid-find.c: finds the label maps of a CamVid label set
 *
 * The lists (train.txt …) are not read: SegNet's own point to places that do not exist, and in every layout a label map has its
 * frame's name. */
#include "config.h"
#include "formats/camvid-layout.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include "common/png.h"

#define MAX_DEPTH 8              /* folders below a label folder: datumaro puts frames with a path there */
#define MAX_FILES 1000000

static void
label_file_free (gpointer data)
{
  LwLabelFile *file = data;
  g_free (file->frame);
  g_free (file->path);
  g_free (file);
}

void
lw_label_set_free (LwLabelSet *set)
{
  if (set == NULL)
    return;
  g_ptr_array_unref (set->files);
  g_ptr_array_unref (set->image_folders);
  g_free (set->table);
  g_free (set);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* The names in a folder, in order, hidden ones left out. */
static GPtrArray *
list_folder (const char *folder)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr(GDir) dir = g_dir_open (folder, 0, NULL);
  for (const char *name; dir != NULL && (name = g_dir_read_name (dir)) != NULL && names->len < MAX_FILES;)
    if (name[0] != '.')
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  return names;
}

static gboolean
ends_with (const char *name, const char *end)
{
  gsize n = strlen (name), n_end = strlen (end);
  return n >= n_end && g_ascii_strcasecmp (name + n - n_end, end) == 0;
}

/* @end: "_L.png" or ".png"; what stands before it is the frame's name. */
static void
add_files (LwLabelSet *set, const char *folder, const char *end, int depth)
{
  g_autoptr(GPtrArray) names = list_folder (folder);
  for (guint i = 0; i < names->len && set->files->len < MAX_FILES; i++)
    {
      const char *name = names->pdata[i];
      g_autofree char *path = g_build_filename (folder, name, NULL);
      if (depth > 0 && g_file_test (path, G_FILE_TEST_IS_DIR))
        add_files (set, path, end, depth - 1);
      else if (ends_with (name, end) && strlen (name) > strlen (end) && g_file_test (path, G_FILE_TEST_IS_REGULAR))
        {
          LwLabelFile *file = g_new (LwLabelFile, 1);
          *file = (LwLabelFile) { g_strndup (name, strlen (name) - strlen (end)), g_steal_pointer (&path) };
          g_ptr_array_add (set->files, file);
        }
    }
}

/* ---- pictures beside the label maps ---- */

static gboolean
holds_picture (const char *folder, const char *frame)
{
  static const char *const ends[] = { "png", "jpg", "jpeg", "PNG", "JPG", "JPEG", "tif", "tiff", "bmp", "webp" };
  for (gsize i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      g_autofree char *name = g_strdup_printf ("%s.%s", frame, ends[i]), *path = g_build_filename (folder, name, NULL);
      if (g_file_test (path, G_FILE_TEST_IS_REGULAR))
        return TRUE;
    }
  return FALSE;
}

/* The folder beside @labels that holds a picture of the name of its first label map (the file number @first of the set). */
static void
add_image_folder (LwLabelSet *set, const char *labels, guint first)
{
  if (first == set->files->len)
    return;
  const LwLabelFile *file = set->files->pdata[first];
  g_autofree char *parent = g_path_get_dirname (labels);
  g_autoptr(GPtrArray) names = list_folder (parent);
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *folder = g_build_filename (parent, names->pdata[i], NULL);
      gboolean is_labels = ends_with (folder, "annot") || strcmp (folder, labels) == 0;
      if (is_labels || !holds_picture (folder, file->frame))
        continue;
      for (guint k = 0; k < set->image_folders->len; k++)
        if (strcmp (set->image_folders->pdata[k], folder) == 0)
          return;
      g_ptr_array_add (set->image_folders, g_steal_pointer (&folder));
      return;
    }
}

static void
add_label_folder (LwLabelSet *set, const char *folder, const char *end, int depth)
{
  guint before = set->files->len;
  add_files (set, folder, end, depth);
  add_image_folder (set, folder, before);
}

/* ---- the layouts ---- */

static gboolean
holds_other_png (const char *folder)
{
  g_autoptr(GPtrArray) names = list_folder (folder);
  for (guint i = 0; i < names->len; i++)
    if (ends_with (names->pdata[i], ".png") && !ends_with (names->pdata[i], "_L.png"))
      return TRUE;
  return FALSE;
}

/* Labels are NAME_L.png, in the folder itself or one level down. @pure: only folders where every PNG is called so: elsewhere it
 * may be a picture's name. */
static void
find_underscore_l (LwLabelSet *set, const char *root, gboolean pure)
{
  if (!pure || !holds_other_png (root))
    add_label_folder (set, root, "_L.png", 0);
  g_autoptr(GPtrArray) names = list_folder (root);
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *folder = g_build_filename (root, names->pdata[i], NULL);
      if (g_file_test (folder, G_FILE_TEST_IS_DIR) && (!pure || !holds_other_png (folder)))
        add_label_folder (set, folder, "_L.png", 0);
    }
}

static void
find_cambridge (LwLabelSet *set, const char *root)
{
  find_underscore_l (set, root, TRUE);
  if (set->files->len == 0)
    find_underscore_l (set, root, FALSE);
}

/* Labels are in folders whose names end in "annot". */
static void
find_annot (LwLabelSet *set, const char *root)
{
  g_autoptr(GPtrArray) names = list_folder (root);
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *folder = g_build_filename (root, names->pdata[i], NULL);
      if (ends_with (names->pdata[i], "annot") && g_file_test (folder, G_FILE_TEST_IS_DIR))
        add_label_folder (set, folder, ".png", MAX_DEPTH);
    }
}

/* The same, or the folder itself holds label maps. */
static void
find_annot_or_plain (LwLabelSet *set, const char *root)
{
  find_annot (set, root);
  if (set->files->len == 0)
    add_label_folder (set, root, ".png", 0);
}

/* In the root, or one level up where the root is a folder of label maps. */
static char *
find_beside (const char *root, const char *name)
{
  g_autofree char *here = g_build_filename (root, name, NULL);
  if (g_file_test (here, G_FILE_TEST_EXISTS))
    return g_steal_pointer (&here);
  g_autofree char *parent = g_path_get_dirname (root), *above = g_build_filename (parent, name, NULL);
  return g_file_test (above, G_FILE_TEST_EXISTS) ? g_steal_pointer (&above) : NULL;
}

static char *
find_table (LwCamvidLayout layout, const char *root)
{
  char *indices = layout == LW_CAMVID_SEGNET ? find_beside (root, LW_CAMVID_INDICES) : NULL;
  return indices != NULL ? indices : find_beside (root, LW_CAMVID_COLORS);
}

static LwLabelSet *
set_new (void)
{
  LwLabelSet *set = g_new0 (LwLabelSet, 1);
  set->files = g_ptr_array_new_with_free_func (label_file_free);
  set->image_folders = g_ptr_array_new_with_free_func (g_free);
  return set;
}

/* Colours are datumaro's; plain numbers are SegNet's, unless a label_colors.txt says how datumaro counts. A label map that can't
 * be read is reported by whoever reads them all. */
static LwCamvidLayout
guess_annot_layout (const LwLabelSet *set, const char *root)
{
  const LwLabelFile *first = set->files->pdata[0];
  LwPngInfo info;
  if (!lw_png_read_info (first->path, &info, NULL) || info.channels >= 3 || info.indexed)
    return LW_CAMVID_DATUMARO;
  g_autofree char *indices = find_beside (root, LW_CAMVID_INDICES), *colors = find_beside (root, LW_CAMVID_COLORS);
  return indices == NULL && colors != NULL ? LW_CAMVID_DATUMARO : LW_CAMVID_SEGNET;
}

/* A name that ends in _L tells nothing inside an "annot" folder: the left camera of a pair may be called so. */
static void
find_any (LwLabelSet *set, const char *root)
{
  find_annot (set, root);
  if (set->files->len == 0)
    {
      find_cambridge (set, root);
      set->layout = LW_CAMVID_CAMBRIDGE;
      if (set->files->len > 0)
        return;
      find_annot_or_plain (set, root);
    }
  if (set->files->len > 0)
    set->layout = guess_annot_layout (set, root);
}

static int
compare_files (gconstpointer a, gconstpointer b)
{
  const LwLabelFile *left = *(LwLabelFile *const *) a, *right = *(LwLabelFile *const *) b;
  int order = strcmp (left->frame, right->frame);
  return order != 0 ? order : strcmp (left->path, right->path);
}

static gboolean
check_unique (const LwLabelSet *set, GError **error)
{
  for (guint i = 1; i < set->files->len; i++)
    {
      const LwLabelFile *a = set->files->pdata[i - 1], *b = set->files->pdata[i];
      if (strcmp (a->frame, b->frame) != 0)
        continue;
      g_set_error (error, LW_FORMAT_ERROR, LW_FORMAT_ERROR_DAMAGED,
                   _("“%s” and “%s” are both label maps of frame “%s”: import one folder at a time"), a->path, b->path,
                   a->frame);
      return FALSE;
    }
  return TRUE;
}

LwLabelSet *
lw_label_set_find (const char *path, const LwCamvidLayout *layout, GError **error)
{
  g_autofree char *root = g_canonicalize_filename (path, NULL);
  if (!g_file_test (root, G_FILE_TEST_IS_DIR))
    {
      g_set_error (error, LW_FORMAT_ERROR, LW_FORMAT_ERROR_NOT_FOUND, _("There is no folder “%s”"), root);
      return NULL;
    }
  g_autoptr(LwLabelSet) set = set_new ();
  if (layout == NULL)
    find_any (set, root);
  else
    {
      set->layout = *layout;
      (*layout == LW_CAMVID_CAMBRIDGE ? find_cambridge : find_annot_or_plain) (set, root);
    }
  if (set->files->len == 0)
    {
      g_set_error (
          error, LW_FORMAT_ERROR, LW_FORMAT_ERROR_NOT_FOUND,
          _("“%s” holds no CamVid label maps: folders whose names end in “annot” with PNG files, or files NAME_L.png, are looked for"),
          root);
      return NULL;
    }
  set->table = find_table (set->layout, root);
  g_ptr_array_sort (set->files, compare_files);
  return check_unique (set, error) ? g_steal_pointer (&set) : NULL;
}
