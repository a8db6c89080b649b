/* filesystem.c: tells network file systems from local ones */
#include "config.h"
#include "store/database/filesystem.h"

#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>
#include "store/project.h"

#define FUSE_MAGIC 0x65735546

static const struct { guint32 magic; const char *name; } network_magics[] = {
  { 0x6969, "NFS" },       { 0x517b, "SMB" },      { 0xff534d42, "CIFS" },     { 0xfe534d42, "SMB" },  { 0x5346414f, "AFS" },
  { 0x6b414653, "AFS" },   { 0x00c36400, "Ceph" }, { 0x01161970, "GFS2" },     { 0x564c, "NCP" },      { 0x73757245, "Coda" },
  { 0x01021997, "9P" },    { 0x7461636f, "OCFS2" }, { 0x0bd00bd0, "Lustre" },  { 0xaad7aaea, "PanFS" }, { 0x47504653, "GPFS" },
};

/* FUSE carries local file systems too (fuseblk, virtiofs): only these go over a network. */
static const char *const network_fuses[] = {
  "fuse.sshfs", "fuse.rclone", "fuse.gvfsd-fuse", "fuse.s3fs", "fuse.glusterfs", "fuse.ceph-fuse", "fuse.davfs", "fuse.davfs2",
  "fuse.curlftpfs", "fuse.goofys", "fuse.gcsfuse", "fuse.blobfuse", "fuse.juicefs", "fuse.seaweedfs", "fuse.smbnetfs", "fuse.nfs",
};

const char *
lw_filesystem_network_name (guint64 magic, const char *type)
{
  for (gsize i = 0; i < G_N_ELEMENTS (network_magics); i++)
    if (network_magics[i].magic == (guint32) magic)
      return network_magics[i].name;
  if ((guint32) magic != FUSE_MAGIC || type == NULL)
    return NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (network_fuses); i++)
    if (strcmp (network_fuses[i], type) == 0)
      return network_fuses[i] + strlen ("fuse.");
  return NULL;
}

/* The type in /proc/self/mountinfo of the mount with the device number of @path. */
static char *
dup_mount_type (const char *path)
{
  struct stat info;
  g_autofree char *table = NULL;
  if (stat (path, &info) != 0 || !g_file_get_contents ("/proc/self/mountinfo", &table, NULL, NULL))
    return NULL;
  g_autofree char *device = g_strdup_printf ("%u:%u", major (info.st_dev), minor (info.st_dev));
  g_auto(GStrv) lines = g_strsplit (table, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto(GStrv) fields = g_strsplit (lines[i], " ", -1);
      const char *separator = strstr (lines[i], " - ");
      if (g_strv_length (fields) > 4 && strcmp (fields[2], device) == 0 && separator != NULL)
        return g_strndup (separator + 3, strcspn (separator + 3, " "));
    }
  return NULL;
}

const char *
lw_filesystem_network_at (const char *path)
{
  struct statfs info;
  if (statfs (path, &info) != 0)
    return NULL;
  g_autofree char *type = (guint32) info.f_type == FUSE_MAGIC ? dup_mount_type (path) : NULL;
  return lw_filesystem_network_name ((guint64) info.f_type, type);
}

gboolean
lw_filesystem_refuse_network (const char *folder, GError **error)
{
  const char *network = lw_filesystem_network_at (folder);
  if (network == NULL)
    return TRUE;
  g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID,
               _("“%s” is on a network file system (%s), where several programs can’t safely share a project. Copy the folder to a local disk and open it there"),
               folder, network);
  return FALSE;
}

gboolean
lw_filesystem_is_writable (const char *folder, const char *file)
{
  return faccessat (AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS) == 0 && faccessat (AT_FDCWD, file, W_OK, AT_EACCESS) == 0;
}

void
lw_filesystem_sync_folder (const char *folder)
{
  int fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    return;
  fsync (fd);
  close (fd);
}
