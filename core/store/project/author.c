/* author.c: reads, makes and changes the author of this computer's account */
#include "config.h"
#include "store/author.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <openssl/evp.h>
#include <string.h>
#include <unistd.h>

#define GROUP "author"
#define MAX_NAME_CHARACTERS 100

static GMutex lock;
static char *uuid, *name;        /* guarded by @lock; @uuid never changes once it is set */

static char *
get_path (void)
{
  return g_build_filename (g_get_user_config_dir (), "labelwright", "author", NULL);
}

/* FALSE: there is no such file, or none that tells who. */
static gboolean
read_file (const char *path, char **read_uuid, char **read_name)
{
  g_autoptr(GKeyFile) file = g_key_file_new ();
  if (!g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, NULL))
    return FALSE;
  g_autofree char *found = g_key_file_get_string (file, GROUP, "uuid", NULL);
  if (found == NULL || !g_uuid_string_is_valid (found))
    return FALSE;
  *read_uuid = g_ascii_strdown (found, -1);
  *read_name = g_key_file_get_string (file, GROUP, "name", NULL);
  return TRUE;
}

static char *
make_contents (const char *for_uuid, const char *for_name)
{
  g_autoptr(GKeyFile) file = g_key_file_new ();
  g_key_file_set_string (file, GROUP, "uuid", for_uuid);
  if (for_name != NULL)
    g_key_file_set_string (file, GROUP, "name", for_name);
  return g_key_file_to_data (file, NULL, NULL);
}

/* Of two programs that start for the first time at once, one makes the file, and both read it. */
static void
make_file (const char *path, const char *for_uuid)
{
  g_autofree char *folder = g_path_get_dirname (path), *temporary = g_strdup_printf ("%s.%s", path, for_uuid), *contents = make_contents (for_uuid, NULL);
  if (g_mkdir_with_parents (folder, 0700) == 0 && g_file_set_contents_full (temporary, contents, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL))
    {
      if (link (temporary, path) != 0 && errno != EEXIST)
        g_rename (temporary, path);      /* a file system without hard links */
      g_unlink (temporary);
    }
}

/* Where nothing can be kept, the same account on the same machine is at least the same author each time. */
static char *
derive_uuid (void)
{
  g_autofree char *machine = NULL;
  if (!g_file_get_contents ("/etc/machine-id", &machine, NULL, NULL))
    machine = g_strdup (g_get_host_name ());
  g_autofree char *text = g_strconcat ("labelwright author ", machine, " ", g_get_user_name (), NULL);
  guint8 hash[32];
  EVP_Digest (text, strlen (text), hash, NULL, EVP_sha256 (), NULL);
  return g_strdup_printf ("%02x%02x%02x%02x-%02x%02x-4%x%02x-8%x%02x-%02x%02x%02x%02x%02x%02x", hash[0], hash[1], hash[2], hash[3], hash[4], hash[5], hash[6] & 15u, hash[7],
                          hash[8] & 15u, hash[9], hash[10], hash[11], hash[12], hash[13], hash[14], hash[15]);
}

static void
load (void)
{
  if (uuid != NULL)
    return;
  g_autofree char *path = get_path (), *made = NULL;
  if (!read_file (path, &uuid, &name))
    {
      made = g_uuid_string_random ();
      make_file (path, made);
      if (!read_file (path, &uuid, &name))
        uuid = derive_uuid ();
    }
  if (name == NULL || *name == '\0' || !g_utf8_validate (name, -1, NULL))
    {
      g_free (name);
      name = g_utf8_make_valid (g_get_user_name (), -1);
    }
}

const char *
lw_author_get_uuid (void)
{
  g_mutex_lock (&lock);
  load ();
  g_mutex_unlock (&lock);
  return uuid;
}

char *
lw_author_dup_name (void)
{
  g_mutex_lock (&lock);
  load ();
  char *copy = g_strdup (name);
  g_mutex_unlock (&lock);
  return copy;
}

static gboolean
check_name (const char *wanted, GError **error)
{
  if (g_utf8_validate (wanted, -1, NULL) && *wanted != '\0' && strpbrk (wanted, "\n\r\t") == NULL && g_utf8_strlen (wanted, -1) <= MAX_NAME_CHARACTERS)
    return TRUE;
  g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID, _("An author’s name is one line of 1 to %d characters"), MAX_NAME_CHARACTERS);
  return FALSE;
}

gboolean
lw_author_set_name (const char *wanted, GError **error)
{
  g_return_val_if_fail (wanted != NULL, FALSE);

  g_autofree char *stripped = g_strstrip (g_strdup (wanted)), *path = get_path ();
  g_autoptr(GError) local = NULL;
  if (!check_name (stripped, error))
    return FALSE;
  g_mutex_lock (&lock);
  load ();
  g_autofree char *contents = make_contents (uuid, stripped);
  gboolean kept = g_file_set_contents_full (path, contents, -1, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, &local);
  if (kept)
    {
      g_free (name);
      name = g_steal_pointer (&stripped);
    }
  g_mutex_unlock (&lock);
  if (!kept)
    g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_IO, _("The name could not be kept in “%s”: %s"), path, local->message);
  return kept;
}
