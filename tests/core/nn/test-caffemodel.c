/* test-caffemodel.c: Caffe's files, sound in both forms and hostile; published FCN weights into FCN-8s */
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include "nn/weights/import.h"

#define FLIPS 1000              /* damaged files */

static char *folder;

/* ---- writing protobuf ---- */

static void
put_varint (GByteArray *out, guint64 value)
{
  do
    {
      guint8 byte = (guint8) ((value & 0x7f) | (value > 0x7f ? 0x80 : 0));

      g_byte_array_append (out, &byte, 1);
      value >>= 7;
    }
  while (value > 0);
}

static void
put_number (GByteArray *out, guint field, guint64 value)
{
  put_varint (out, field << 3);
  put_varint (out, value);
}

static void
put_bytes (GByteArray *out, guint field, const void *data, gsize length)
{
  put_varint (out, field << 3 | 2);
  put_varint (out, length);
  g_byte_array_append (out, data, (guint) length);
}

static void
put_message (GByteArray *out, guint field, GByteArray *message)
{
  put_bytes (out, field, message->data, message->len);
  g_byte_array_unref (message);
}

/* @rank 0: one number. @old: four sizes instead of a shape; the data in two pieces, and once not packed. */
static GByteArray *
blob (const int *dims, int rank, const float *values, gsize count, gboolean old)
{
  GByteArray *out = g_byte_array_new (), *shape = g_byte_array_new (), *packed = g_byte_array_new ();
  gsize half = old ? count / 2 : count;

  for (int d = 0; d < rank; d++)
    put_varint (packed, (guint64) dims[d]);
  for (guint d = 0; old && d < 4; d++)
    put_number (out, d + 1, (int) d < 4 - rank ? 1 : (guint64) dims[(int) d - (4 - rank)]);
  put_bytes (out, 5, values, half * 4);
  if (half < count)
    put_bytes (out, 5, values + half, (count - half - 1) * 4);
  if (half < count)
    {
      put_varint (out, 5 << 3 | 5);
      g_byte_array_append (out, (const guint8 *) (values + count - 1), 4);
    }
  put_message (shape, 1, packed);
  if (old)
    g_byte_array_unref (shape);
  else
    put_message (out, 7, shape);
  return out;
}

static GByteArray *
layer (const char *name, gboolean v1, gboolean name_last)
{
  GByteArray *out = g_byte_array_new ();

  if (!name_last)
    put_bytes (out, v1 ? 4 : 1, name, strlen (name));
  put_bytes (out, v1 ? 2 : 3, "bottom", 6);
  put_number (out, v1 ? 5 : 10, 4);
  return out;
}

/* A layer with filters (@out, @in, @k, @k) and a bias, all made of @seed. */
static void
put_layer (GByteArray *net, const char *name, int out, int in, int k, gboolean v1, float seed)
{
  gsize count = (gsize) (out * in * k * k);
  g_autofree float *values = g_new (float, count), *bias = g_new (float, out);
  GByteArray *message = layer (name, v1, FALSE);

  for (gsize i = 0; i < count; i++)
    values[i] = seed + (float) i;
  for (int i = 0; i < out; i++)
    bias[i] = seed - (float) i;
  put_message (message, v1 ? 6 : 7, blob ((int[]) { out, in, k, k }, 4, values, count, v1));
  put_message (message, v1 ? 6 : 7, blob (&out, 1, bias, (gsize) out, v1));
  put_message (net, v1 ? 2 : 100, message);
}

static char *
write_file (const char *name, const GByteArray *net)
{
  char *path = g_build_filename (folder, name, NULL);

  g_unlink (path);              /* written without a wait for the disk, it would not be cut */
  g_assert_true (g_file_set_contents_full (path, (const char *) net->data, (gssize) net->len, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
  return path;
}

static GByteArray *
small_net (gboolean v1)
{
  GByteArray *net = g_byte_array_new ();

  put_bytes (net, 1, "net", 3);
  put_layer (net, "conv1_1", 4, 3, 3, v1, 1);
  put_layer (net, "fc7", 5, 4, 1, v1, 100);
  return net;
}

/* ---- reading ---- */

static void
test_both_forms (void)
{
  for (int v1 = 0; v1 < 2; v1++)
    {
      g_autoptr(GByteArray) net = small_net (v1);
      g_autofree char *path = write_file ("net.caffemodel", net);
      g_autoptr(GError) error = NULL;
      g_autoptr(LwWeights) weights = lw_caffemodel_load (path, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (weights->tensors->len, ==, 4);
      const LwTensor *filters = lw_weights_get (weights, "conv1_1.weight"), *bias = lw_weights_get (weights, "fc7.bias");

      g_assert_cmpint (filters->rank, ==, 4);
      g_assert_cmpint (filters->dims[0], ==, 4);
      g_assert_cmpint (filters->dims[1], ==, 3);
      g_assert_cmpfloat (filters->data[107], ==, 108);
      g_assert_cmpint (bias->rank, ==, 1);
      g_assert_cmpint (bias->dims[0], ==, 5);
      g_assert_cmpfloat (bias->data[4], ==, 96);
    }
}

static void
assert_refused (const GByteArray *net, const char *says)
{
  g_autofree char *path = write_file ("bad.caffemodel", net);
  g_autoptr(GError) error = NULL;

  g_assert_null (lw_caffemodel_load (path, &error));
  g_assert_error (error, LW_NET_ERROR, LW_NET_ERROR_FORMAT);
  g_assert_nonnull (strstr (error->message, path));
  if (strstr (error->message, says) == NULL)
    g_error ("“%s” doesn’t say “%s”", error->message, says);
}

/* A net of one layer with one blob that holds @count floats and says @dims. */
static GByteArray *
net_of_blob (const int *dims, int rank, gsize count)
{
  GByteArray *net = g_byte_array_new (), *message = layer ("conv", FALSE, FALSE);
  g_autofree float *values = g_new0 (float, count + 1);

  put_message (message, 7, blob (dims, rank, values, count, FALSE));
  put_message (net, 100, message);
  return net;
}

static void
test_lying_shapes (void)
{
  g_autoptr(GByteArray) more = net_of_blob ((int[]) { 2, 3 }, 2, 5), fewer = net_of_blob ((int[]) { 2, 2 }, 2, 5);
  g_autoptr(GByteArray) huge = net_of_blob ((int[]) { G_MAXINT, G_MAXINT, G_MAXINT, G_MAXINT }, 4, 5), five = net_of_blob ((int[]) { 1, 1, 1, 1, 1 }, 5, 1);

  assert_refused (more, "more or fewer");
  assert_refused (fewer, "more or fewer");
  assert_refused (huge, "too large");
  assert_refused (five, "four dimensions");
}

static void
test_lying_lengths (void)
{
  static const struct { guint8 bytes[16]; guint length; const char *says; } cases[] = {
    { { 0x12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01 }, 11, "longer than what it is in" },
    { { 0x12, 0x05, 0x32, 0x70, 0, 0, 0 }, 7, "longer than what it is in" },                          /* a blob of 112 bytes in a layer of 5 */
    { { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff }, 11, "too many digits" },
    { { 0x0b }, 1, "unknown kind" },                                                                   /* a group */
    { { 0x12, 0x80 }, 2, "ends too early" },
    { { 0x0a, 0x00 }, 2, "no weights" },
    { { 0x12, 0x0b, 0x32, 0x09, 0x2a, 0x03, 1, 2, 3, 0x3a, 0x02, 0x08, 0x01 }, 13, "within a number" },
    { { 0x12, 0x03, 0x22, 0x01, 0xff }, 5, "not a text" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(GByteArray) net = g_byte_array_append (g_byte_array_new (), cases[i].bytes, cases[i].length);

      assert_refused (net, cases[i].says);
    }
}

static void
test_same_names (void)
{
  g_autoptr(GByteArray) net = small_net (FALSE);

  put_layer (net, "fc7", 1, 1, 1, FALSE, 0);
  assert_refused (net, "same name");
}

/* Cut anywhere, and with bytes flipped: an error or some weights, but no crash and nothing larger than the file. */
static void
test_damaged (void)
{
  for (int i = 0; i < FLIPS; i++)
    {
      g_autoptr(GByteArray) net = small_net (g_test_rand_bit ());
      g_autoptr(LwWeights) weights = NULL;
      g_autofree char *path = NULL;
      gsize floats = 0;

      for (int k = g_test_rand_int_range (0, 4); k > 0; k--)
        net->data[g_test_rand_int_range (0, (int) net->len)] = (guint8) g_test_rand_int ();
      if (g_test_rand_bit ())
        g_byte_array_set_size (net, (guint) g_test_rand_int_range (1, (int) net->len));
      path = write_file ("damaged.caffemodel", net);
      weights = lw_caffemodel_load (path, NULL);
      for (guint t = 0; weights != NULL && t < weights->tensors->len; t++)
        floats += ((const LwTensor *) weights->tensors->pdata[t])->count;
      g_assert_cmpuint (floats * 4, <=, net->len);
    }
}

/* ---- published networks ---- */

/* FCN-8s with those of its tensors that the test's file has: the whole would be half a gigabyte. */
static LwNetModel *
part_of_fcn8s (int classes)
{
  static const char *const parts[] = { "conv1_1.", "score_fr.", "score_pool4.", "score_pool3." };
  LwNetModel *model = g_new0 (LwNetModel, 1);

  model->architecture = g_strdup ("fcn8s");
  model->n_classes = classes;
  model->class_names = g_new0 (char *, 1);
  model->graph = lw_fcn8s (&(LwNetworkOptions) { .classes = classes });
  model->weights = lw_weights_new ();
  g_autoptr(GArray) infos = lw_graph_tensors (model->graph);

  for (guint i = 0; i < infos->len; i++)
    for (gsize p = 0; p < G_N_ELEMENTS (parts); p++)
      {
        const LwTensorInfo *info = &g_array_index (infos, LwTensorInfo, i);

        if (g_str_has_prefix (info->name, parts[p]))
          lw_weights_add (model->weights, info->name, info->dims, info->rank);
      }
  return model;
}

static void
put_upsampling (GByteArray *net, const char *name, int classes, int stride, float error)
{
  int k = 2 * stride;
  gsize count = (gsize) (classes * classes * k * k);
  g_autofree float *values = g_new0 (float, count);
  GByteArray *message = layer (name, FALSE, FALSE);

  for (int c = 0; c < classes; c++)
    for (int i = 0; i < k * k; i++)
      values[(c * classes + c) * k * k + i] = (float) ((1 - fabs (i / k - (stride - 0.5)) / stride) * (1 - fabs (i % k - (stride - 0.5)) / stride));
  values[1] += error;
  put_message (message, 7, blob ((int[]) { classes, classes, k, k }, 4, values, count, FALSE));
  put_message (net, 100, message);
}

static void
put_scale (GByteArray *net, const char *name, float value)
{
  GByteArray *message = layer (name, FALSE, FALSE);

  put_message (message, 7, blob (NULL, 0, &value, 1, FALSE));
  put_message (net, 100, message);
}

static LwWeights *
published (int classes, gboolean at_once, float error)
{
  g_autoptr(GByteArray) net = g_byte_array_new ();
  g_autofree char *path = NULL;
  LwWeights *weights;

  put_layer (net, "conv1_1", 64, 3, 3, FALSE, 0);
  put_layer (net, "score_fr", classes, 4096, 1, FALSE, 2);
  put_layer (net, "score_pool4", classes, 512, 1, FALSE, 3);
  put_layer (net, "score_pool3", classes, 256, 1, FALSE, 4);
  put_upsampling (net, "upscore2", classes, 2, 0);
  put_upsampling (net, "upscore8", classes, 8, error);
  if (at_once)
    {
      put_scale (net, "scale_pool4", 0.01f);
      put_scale (net, "scale_pool3", 0.0001f);
    }
  path = write_file ("fcn8s.caffemodel", net);
  weights = lw_caffemodel_load (path, NULL);
  g_assert_nonnull (weights);
  return weights;
}

static void
test_published (void)
{
  g_autoptr(LwWeights) at_once = published (5, TRUE, 0), staged = published (5, FALSE, 0);
  g_autoptr(LwNetModel) model = part_of_fcn8s (5), other = part_of_fcn8s (3);
  g_autoptr(GError) error = NULL;

  g_assert_cmpint (lw_caffe_fcn_import (model, at_once, &error), ==, 4);
  g_assert_no_error (error);
  g_assert_true (model->original_padding && model->transform.bgr);
  g_assert_cmpint (lw_graph_node (model->graph, 1)->pad, ==, 100);
  g_assert_cmpfloat_with_epsilon (model->transform.mean[0] * 255, 122.67892, 1e-4);
  g_assert_cmpfloat (lw_weights_get (model->weights, "score_pool3.weight")->data[9], ==, 13);
  /* Without layers that scale, what ours scale by must be in the weights. */
  g_assert_cmpint (lw_caffe_fcn_import (model, staged, &error), ==, 4);
  g_assert_cmpfloat_with_epsilon (lw_weights_get (model->weights, "score_pool4.weight")->data[9], 1200, 0.1);
  g_assert_cmpfloat_with_epsilon (lw_weights_get (model->weights, "score_pool3.weight")->data[9], 130000, 10);
  g_assert_cmpfloat (lw_weights_get (model->weights, "score_pool3.bias")->data[1], ==, 3);
  /* Another number of classes: the trunk alone. */
  g_assert_cmpint (lw_caffe_fcn_import (other, at_once, &error), ==, 1);
  g_assert_cmpfloat (lw_weights_get (other->weights, "score_fr.weight")->data[9], ==, 0);
  g_assert_cmpfloat (lw_weights_get (other->weights, "conv1_1.weight")->data[9], ==, 9);
}

static void
test_learnt_upsampling (void)
{
  g_autoptr(LwWeights) weights = published (5, TRUE, 0.1f);
  g_autoptr(LwNetModel) model = part_of_fcn8s (5);
  g_autoptr(GError) error = NULL;

  g_assert_cmpint (lw_caffe_fcn_import (model, weights, &error), ==, -1);
  g_assert_error (error, LW_NET_ERROR, LW_NET_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (error->message, "upscore8"));
}

/* Through the door that every file comes in by. */
static void
test_import_file (void)
{
  static const char *const classes[] = { "a", "b", NULL };
  g_autoptr(GByteArray) net = g_byte_array_new ();
  g_autofree char *path = NULL;
  g_autoptr(LwNetModel) lite = lw_net_model_new ("fcn8s-lite", classes, 1, NULL), unet = lw_net_model_new ("unet", classes, 1, NULL);
  g_autoptr(GError) error = NULL;

  put_layer (net, "conv1_1", 16, 3, 3, TRUE, 0.5f);
  path = write_file ("vgg.caffemodel", net);
  g_assert_cmpint (lw_import_file (lite, path, &error), ==, 1);
  g_assert_no_error (error);
  g_assert_true (lite->transform.bgr && !lite->original_padding);
  g_assert_cmpint (lw_import_file (unet, path, &error), ==, -1);
  g_assert_error (error, LW_NET_ERROR, LW_NET_ERROR_UNSUPPORTED);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("lw-caffe-XXXXXX", NULL);
  g_test_add_func ("/nn/caffemodel/both-forms", test_both_forms);
  g_test_add_func ("/nn/caffemodel/lying-shapes", test_lying_shapes);
  g_test_add_func ("/nn/caffemodel/lying-lengths", test_lying_lengths);
  g_test_add_func ("/nn/caffemodel/same-names", test_same_names);
  g_test_add_func ("/nn/caffemodel/damaged", test_damaged);
  g_test_add_func ("/nn/caffemodel/published", test_published);
  g_test_add_func ("/nn/caffemodel/learnt-upsampling", test_learnt_upsampling);
  g_test_add_func ("/nn/caffemodel/import-file", test_import_file);
  status = g_test_run ();
  for (const char *const *name = (const char *const[]) { "net", "bad", "damaged", "fcn8s", "vgg", NULL }; *name != NULL; name++)
    {
      g_autofree char *path = g_strdup_printf ("%s/%s.caffemodel", folder, *name);

      g_unlink (path);
    }
  g_rmdir (folder);
  g_free (folder);
  return status;
}
