/* clips.c: video files made by the ffmpeg command, and what it says of their frames */
#include "config.h"
#include "clips.h"

#include <glib/gstdio.h>
#include <string.h>

#define MOVING "testsrc2=size=320x180:rate=25,noise=alls=12:allf=t"

static char *folder;

gboolean
clips_available (void)
{
  g_autofree char *program = g_find_program_in_path ("ffmpeg");
  return program != NULL;
}

char *
clips_folder (void)
{
  if (folder == NULL)
    folder = g_dir_make_tmp ("lw-clips-XXXXXX", NULL);
  g_assert_nonnull (folder);
  return folder;
}

void
clips_clean (void)
{
  g_autoptr(GDir) dir = folder != NULL ? g_dir_open (folder, 0, NULL) : NULL;
  for (const char *name = dir != NULL ? g_dir_read_name (dir) : NULL; name != NULL; name = g_dir_read_name (dir))
    {
      g_autofree char *path = clip_path (name);
      g_remove (path);
    }
  if (folder != NULL)
    g_rmdir (folder);
  g_clear_pointer (&folder, g_free);
}

char *
clip_path (const char *name)
{
  return g_build_filename (clips_folder (), name, NULL);
}

void
run_ffmpeg (const char *arguments)
{
  int status = 0;
  g_autofree char *complaints = NULL, *line = g_strdup_printf ("ffmpeg -nostdin -hide_banner -loglevel error -y -threads 2 %s", arguments);
  g_autoptr(GError) error = NULL;
  g_spawn_command_line_sync (line, NULL, &complaints, &status, &error);
  g_assert_no_error (error);
  if (status != 0)
    g_error ("%s: %s", line, complaints);
}

static void
cut_beginning (const char *path, gsize n)
{
  gsize size = 0;
  g_autofree char *bytes = NULL;
  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  g_assert_cmpuint (size, >, n);
  g_assert_true (g_file_set_contents (path, bytes + n, (gssize) (size - n), NULL));
}

char *
clip_make (const Clip *clip)
{
  char *path = clip_path (clip->name);
  g_autofree char *from = clip->from != NULL ? clip_path (clip->from) : NULL, *line = NULL;
  if (from != NULL)
    {
      g_auto(GStrv) parts = g_strsplit (clip->command, "INPUT", 2);         /* options before and after the input */
      line = g_strdup_printf ("%s -i %s %s %s", parts[0], from, parts[1], path);
    }
  else
    line = g_strdup_printf ("-f lavfi -i %s %s %s", clip->source != NULL ? clip->source : MOVING, clip->command, path);
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      run_ffmpeg (line);
      if (clip->cut > 0)
        cut_beginning (path, clip->cut);
    }
  return path;
}

GPtrArray *
clip_hashes (const char *path)
{
  g_autofree char *list = g_strconcat (path, ".md5", NULL), *text = NULL;
  g_autofree char *line = g_strdup_printf ("-noautorotate -i %s -map 0:v:0 -vsync passthrough -f framemd5 %s", path, list);
  GPtrArray *hashes = g_ptr_array_new_with_free_func (g_free);
  run_ffmpeg (line);
  g_assert_true (g_file_get_contents (list, &text, NULL, NULL));
  g_auto(GStrv) lines = g_strsplit (text, "\n", -1);
  for (char **at = lines; *at != NULL; at++)
    if (**at != '\0' && **at != '#')
      g_ptr_array_add (hashes, g_strdup (g_strstrip (strrchr (*at, ',') + 1)));
  return hashes;
}
