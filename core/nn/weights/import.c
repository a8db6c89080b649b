/* import.c: which reader a file of weights needs, and which layers of it a network can start from */
#include "config.h"
#include "import.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

typedef int (*ImportFunc) (LwNetModel *model, const LwWeights *weights, GError **error);

static const struct { const char *architecture; ImportFunc safetensors, caffemodel; } readers[] = {
  { "fcn8s", lw_vgg16_import, lw_caffe_fcn_import },
  { "fcn8s-lite", lw_vgg16_import, lw_caffe_fcn_import },
  { "fcn8s-resnet50", lw_resnet50_import, NULL },
  { "fcn8s-resnet50-b", lw_resnet50_import, NULL },
  { "fcn8s-resnet50-lite", lw_resnet50_import, NULL },
  { "segnet", lw_vgg16_import, lw_caffe_fcn_import },
};

/* NetParameter's first field is its name, its input or a layer. A safetensors file begins with its header's length, then a brace: those bytes begin none. */
static gboolean
is_caffemodel (const char *path, gboolean *is, GError **error)
{
  static const guint8 tags[][2] = { { 0x0a, 0 }, { 0x12, 0 }, { 0x1a, 0 }, { 0x22, 0 }, { 0xa2, 0x06 } };
  guint8 start[16] = { 0 };
  int fd = g_open (path, O_RDONLY | O_CLOEXEC, 0);
  gssize n = fd >= 0 ? read (fd, start, sizeof start) : -1;

  if (n < 0)
    lw_net_fail (error, LW_NET_ERROR_IO, _("Could not open “%s”: %s"), path, g_strerror (errno));
  if (fd >= 0)
    close (fd);
  *is = FALSE;
  for (gsize i = 0; n == sizeof start && i < G_N_ELEMENTS (tags); i++)
    *is |= start[0] == tags[i][0] && (tags[i][1] == 0 || start[1] == tags[i][1]) && memcmp (start + 4, "\0\0\0\0{", 5) != 0;
  return n >= 0;
}

static ImportFunc
find_reader (const LwNetModel *model, gboolean caffemodel, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (readers); i++)
    {
      ImportFunc reader = caffemodel ? readers[i].caffemodel : readers[i].safetensors;

      if (g_str_equal (readers[i].architecture, model->architecture) && reader != NULL)
        return reader;
    }
  lw_net_fail (error, LW_NET_ERROR_UNSUPPORTED, caffemodel ? _("A network “%s” can’t start from a caffemodel; fcn8s, fcn8s-lite and segnet can")
                                                           : _("A network “%s” can only start from a model of this program, or from nothing"), model->architecture);
  return NULL;
}

int
lw_import_file (LwNetModel *model, const char *path, GError **error)
{
  g_autoptr(LwWeights) weights = NULL;
  gboolean caffemodel;
  ImportFunc reader;
  int taken;

  if (!is_caffemodel (path, &caffemodel, error) || (reader = find_reader (model, caffemodel, error)) == NULL)
    return -1;
  weights = caffemodel ? lw_caffemodel_load (path, error) : lw_safetensors_load (path, error);
  if (weights == NULL)
    return -1;
  taken = reader (model, weights, error);
  if (taken > 0 && !lw_weights_check (model->weights, model->graph, error))
    taken = -1;
  if (taken < 0)
    g_prefix_error (error, _("“%s”: "), path);
  return taken;
}
