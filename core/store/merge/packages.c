/* packages.c: a package for each person whom frames are assigned to */
#include "config.h"
#include "store/merge.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define MAX_NAME_CHARS 60    /* of a person in the name of a folder: with the project's it stays far below what file systems take */

char *
lw_package_dup_folder_name (const char *project, const char *person)
{
  g_autofree char *who = person != NULL && *person != '\0' ? g_utf8_substring (person, 0, MIN (g_utf8_strlen (person, -1), MAX_NAME_CHARS)) : NULL;
  char *name = who != NULL ? g_strdup_printf ("%s-for-%s", project, who) : g_strdup_printf ("%s-package", project);
  return g_strdelimit (name, "/\\:*?\"<>| \t\n", '-');
}

typedef struct { char *person; GArray *frames; } Share;

static void
share_free (gpointer data)
{
  Share *share = data;
  g_free (share->person);
  g_array_unref (share->frames);
  g_free (share);
}

static Share *
find_share (GPtrArray *shares, const char *person)
{
  for (guint i = 0; i < shares->len; i++)
    if (g_str_equal (((Share *) shares->pdata[i])->person, person))
      return shares->pdata[i];
  Share *share = g_new (Share, 1);
  *share = (Share) { g_strdup (person), g_array_new (FALSE, FALSE, sizeof (gint64)) };
  g_ptr_array_add (shares, share);
  return share;
}

/* In the order in which they come in the project. */
static GPtrArray *
share_out (LwProject *project, GError **error)
{
  g_autoptr(GPtrArray) frames = lw_project_list_frames (project, error);
  GPtrArray *shares = frames != NULL ? g_ptr_array_new_with_free_func (share_free) : NULL;
  for (guint i = 0; frames != NULL && i < frames->len; i++)
    {
      const LwFrame *frame = frames->pdata[i];
      if (frame->assignee != NULL && *frame->assignee != '\0')
        g_array_append_val (find_share (shares, frame->assignee)->frames, frame->id);
    }
  return shares;
}

/* Two names that differ only in what a folder can't be called get a number. */
static char *
choose_folder (const char *parent, const char *project, const char *person, GPtrArray *taken)
{
  g_autofree char *name = lw_package_dup_folder_name (project, person);
  char *path = g_build_filename (parent, name, NULL);
  for (int n = 2; g_ptr_array_find_with_equal_func (taken, path, g_str_equal, NULL); n++)
    {
      g_autofree char *numbered = g_strdup_printf ("%s-%d", name, n);
      g_free (path);
      path = g_build_filename (parent, numbered, NULL);
    }
  return path;
}

typedef struct { LwProgress progress; gpointer data; double begin, part; } Stretch;

static void
tell_progress (double fraction, gpointer data)
{
  const Stretch *stretch = data;
  if (stretch->progress != NULL)
    stretch->progress (stretch->begin + fraction * stretch->part, stretch->data);
}

GPtrArray *
lw_project_split (LwProject *self, const char *parent, gboolean nameless, LwProgress progress, gpointer data, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self) && parent != NULL, NULL);

  g_autoptr(GPtrArray) shares = share_out (self, error), folders = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *name = lw_project_dup_name (self);
  if (shares == NULL)
    return NULL;
  if (shares->len == 0)
    {
      g_set_error_literal (error, LW_STORE_ERROR, LW_STORE_ERROR_NOT_FOUND, _("No frame is assigned to anybody: assign some first"));
      return NULL;
    }
  for (guint i = 0; i < shares->len; i++)
    {
      const Share *share = shares->pdata[i];
      const LwPackageOptions options = { share->person, nameless };
      Stretch stretch = { progress, data, (double) i / shares->len, 1.0 / shares->len };
      g_ptr_array_add (folders, choose_folder (parent, name, share->person, folders));
      if (!lw_project_package_for (self, &g_array_index (share->frames, gint64, 0), share->frames->len, &options, folders->pdata[i], tell_progress, &stretch, cancellable, error))
        return NULL;
    }
  return g_steal_pointer (&folders);
}
