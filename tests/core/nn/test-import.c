/* test-import.c: networks started from the weights of classifiers: VGG-16 and ResNet-50 under other programs' names; what is refused */
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include "common/png.h"
#include "nn/backends/backend.h"
#include "nn/graph/builder.h"
#include "nn/weights/batch-norm.h"
#include "nn/weights/import.h"

static const char *const three[] = { "Road", "Sky", "Car", NULL };

static LwNetModel *
new_model (const char *architecture)
{
  LwNetModel *model = lw_net_model_new (architecture, three, 4, NULL);

  g_assert_nonnull (model);
  return model;
}

/* ---- VGG-16 ---- */

/* Some layers of a classifier of the lite network's widths, so that the test stays small; the import goes by the shapes of what it fills. */
static LwWeights *
classifier (gboolean timm)
{
  g_autoptr(LwNetModel) full = lw_net_model_new ("fcn8s-lite", three, 9, NULL);
  LwWeights *vgg = lw_weights_new ();
  static const char *const map[][2] = { { "conv1_1", "features.0" }, { "conv4_2", "features.19" }, { "fc6", "classifier.0" }, { "fc7", "classifier.3" } };

  for (gsize i = 0; i < G_N_ELEMENTS (map); i++)
    for (int part = 0; part < 2; part++)
      {
        g_autofree char *ours = g_strconcat (map[i][0], part ? ".bias" : ".weight", NULL);
        const char *layer = timm && i == 2 ? "pre_logits.fc1" : timm && i == 3 ? "pre_logits.fc2" : map[i][1];
        g_autofree char *theirs = g_strconcat (layer, part ? ".bias" : ".weight", NULL);
        const LwTensor *from = lw_weights_get (full->weights, ours);
        int dims[4] = { from->dims[0], (int) (from->count / (gsize) from->dims[0]), 1, 1 };
        LwTensor *into = i >= 2 && !timm && part == 0 ? lw_weights_add (vgg, theirs, dims, 2) : lw_weights_add (vgg, theirs, from->dims, from->rank);

        memcpy (into->data, from->data, from->count * sizeof (float));
      }
  return vgg;
}

static void
test_vgg (void)
{
  g_autoptr(LwNetModel) source = lw_net_model_new ("fcn8s-lite", three, 9, NULL);

  for (int timm = 0; timm < 2; timm++)
    {
      g_autoptr(LwNetModel) model = new_model ("fcn8s-lite");
      g_autoptr(LwWeights) vgg = classifier (timm);
      g_autoptr(GError) error = NULL;
      const LwTensor *fc6 = lw_weights_get (source->weights, "fc6.weight");

      if (timm)
        g_hash_table_insert (vgg->metadata, g_strdup ("channels"), g_strdup ("BGR"));
      g_assert_cmpint (lw_vgg16_import (model, vgg, &error), ==, 4);
      g_assert_no_error (error);
      g_assert_cmpint (model->transform.bgr, ==, timm);
      g_assert_cmpint (memcmp (lw_weights_get (model->weights, "fc6.weight")->data, fc6->data, fc6->count * sizeof (float)), ==, 0);
    }
}

static void
test_not_vgg (void)
{
  g_autoptr(LwNetModel) model = new_model ("fcn8s-lite");
  g_autoptr(LwWeights) nothing = lw_weights_new ();
  g_autoptr(GError) error = NULL;

  g_assert_cmpint (lw_vgg16_import (model, nothing, &error), ==, -1);
  g_assert_error (error, LW_NET_ERROR, LW_NET_ERROR_FORMAT);
  g_clear_error (&error);
  lw_weights_add (nothing, "features.0.weight", (int[]) { 64, 3, 3, 3 }, 4);
  g_assert_cmpint (lw_vgg16_import (model, nothing, &error), ==, -1);
  g_assert_error (error, LW_NET_ERROR, LW_NET_ERROR_SHAPE);
  g_assert_nonnull (strstr (error->message, "features.0"));
}

static LwTensor *
add_random (LwWeights *weights, const char *layer, const char *part, const int *dims, int rank, double low, double high)
{
  g_autofree char *name = g_strconcat (layer, ".", part, NULL);
  LwTensor *tensor = lw_weights_add (weights, name, dims, rank);

  for (gsize i = 0; i < tensor->count; i++)
    tensor->data[i] = (float) g_test_rand_double_range (low, high);
  return tensor;
}

static void
add_conv (LwWeights *weights, const char *conv, int out, int in, int kernel)
{
  add_random (weights, conv, "weight", (int[]) { out, in, kernel, kernel }, 4, -1, 1);
}

static void
add_norm (LwWeights *weights, const char *norm, int channels)
{
  add_random (weights, norm, "weight", &channels, 1, 0.5, 2);
  add_random (weights, norm, "bias", &channels, 1, -1, 1);
  add_random (weights, norm, "running_mean", &channels, 1, -1, 1);
  add_random (weights, norm, "running_var", &channels, 1, 0.1, 2);
}

/* torchvision's vgg16_bn: a convolution with a bias and its normalisation become one convolution that says the same. */
static void
test_vgg_with_norm (void)
{
  g_autoptr(LwNetModel) model = new_model ("segnet");
  g_autoptr(LwWeights) vgg = lw_weights_new ();
  g_autoptr(GError) error = NULL;
  int channels = 64;

  add_conv (vgg, "features.0", 64, 3, 3);
  add_random (vgg, "features.0", "bias", &channels, 1, -1, 1);
  add_norm (vgg, "features.1", 64);
  add_conv (vgg, "features.40", 512, 512, 3);
  add_norm (vgg, "features.41", 512);
  g_assert_cmpint (lw_vgg16_import (model, vgg, &error), ==, 2);
  g_assert_no_error (error);
  for (int c = 0; c < 64; c += 7)
    {
      double factor = (double) lw_weights_get (vgg, "features.1.weight")->data[c] / sqrt ((double) lw_weights_get (vgg, "features.1.running_var")->data[c] + 1e-5);
      double bias = ((double) lw_weights_get (vgg, "features.0.bias")->data[c] - (double) lw_weights_get (vgg, "features.1.running_mean")->data[c]) * factor
                    + (double) lw_weights_get (vgg, "features.1.bias")->data[c];

      g_assert_cmpfloat_with_epsilon (lw_weights_get (model->weights, "conv1_1.bias")->data[c], bias, 1e-4);
      g_assert_cmpfloat_with_epsilon (lw_weights_get (model->weights, "conv1_1.weight")->data[c * 27 + 5],
                                      factor * (double) lw_weights_get (vgg, "features.0.weight")->data[c * 27 + 5], 1e-4);
    }
  lw_weights_get (vgg, "features.41.running_var")->data[3] = -1;
  g_assert_cmpint (lw_vgg16_import (model, vgg, &error), ==, -1);
  g_assert_error (error, LW_NET_ERROR, LW_NET_ERROR_SHAPE);
}

/* What lies beside CAMVID_DIR, or NULL. */
static char *
real_file (const char *folder, const char *name)
{
  const char *camvid = g_getenv ("CAMVID_DIR");
  g_autofree char *path = g_build_filename (camvid != NULL ? camvid : "", "..", folder, name, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS) ? g_steal_pointer (&path) : NULL;
}

/* The first blocks alone, of two trainings that see their pictures differently. */
static void
test_real_vgg (void)
{
  static const struct { const char *file, *last, *next; int layers; gboolean bgr; } cases[] = {
    { "vgg16-conv1-2.safetensors", "conv2_2", "conv3_1", 4, FALSE },
    { "vgg16-conv1-3-ssd300.safetensors", "conv3_3", "conv4_1", 7, TRUE },
  };
  g_autoptr(LwNetModel) untouched = new_model ("segnet");

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = real_file ("vgg16", cases[i].file);
      g_autofree char *last = g_strconcat (cases[i].last, ".weight", NULL), *next = g_strconcat (cases[i].next, ".weight", NULL);
      g_autoptr(LwNetModel) model = new_model ("segnet");
      g_autoptr(GError) error = NULL;

      if (path == NULL)
        {
          g_test_skip ("needs a VGG-16's first blocks beside CAMVID_DIR");
          return;
        }
      g_assert_cmpint (lw_import_file (model, path, &error), ==, cases[i].layers);
      g_assert_no_error (error);
      g_assert_cmpint (model->transform.bgr, ==, cases[i].bgr);
      g_assert_cmpfloat_with_epsilon (model->transform.std[0], cases[i].bgr ? 1 / 255.0 : 0.229, 1e-6);
      g_assert_true (memcmp (lw_weights_get (model->weights, last)->data, lw_weights_get (untouched->weights, last)->data, 400) != 0);
      g_assert_true (memcmp (lw_weights_get (model->weights, next)->data, lw_weights_get (untouched->weights, next)->data, 400) == 0);
    }
}

/* ---- ResNet-50 ---- */

/* All of it, at random, as torchvision names it. */
static LwWeights *
resnet (void)
{
  static const int blocks[] = { 3, 4, 6, 3 };
  LwWeights *weights = lw_weights_new ();

  add_conv (weights, "conv1", 64, 3, 7);
  add_norm (weights, "bn1", 64);
  for (int stage = 0, in = 64; stage < 4; stage++)
    for (int block = 0, width = 64 << stage; block < blocks[stage]; block++, in = 4 * width)
      {
        int outs[] = { width, width, 4 * width, 4 * width }, ins[] = { in, width, width, in };

        for (int i = 0; i < (block == 0 ? 4 : 3); i++)
          {
            g_autofree char *base = g_strdup_printf ("layer%d.%d.", stage + 1, block);
            g_autofree char *conv = i == 3 ? g_strconcat (base, "downsample.0", NULL) : g_strdup_printf ("%sconv%d", base, i + 1);
            g_autofree char *norm = i == 3 ? g_strconcat (base, "downsample.1", NULL) : g_strdup_printf ("%sbn%d", base, i + 1);

            add_conv (weights, conv, outs[i], ins[i], i == 1 ? 3 : 1);
            add_norm (weights, norm, outs[i]);
          }
      }
  return weights;
}

static void
set_metadata (LwWeights *weights, const char *key, const char *value)
{
  g_hash_table_insert (weights->metadata, g_strdup (key), g_strdup (value));
}

/* What goes in as weights, means and variances comes out again where training with normalisation takes the model up. */
static void
test_resnet (void)
{
  g_autoptr(LwNetModel) model = new_model ("fcn8s-resnet50-b");
  g_autoptr(LwWeights) weights = resnet ();
  g_autoptr(LwGraph) normalised = lw_network_new (model->architecture, &(LwNetworkOptions) { .classes = 3, .batch_norm = TRUE });
  g_autoptr(GError) error = NULL;
  static const char *const pairs[][2] = {
    { "conv1.weight", "conv1.weight" }, { "bn1.running_mean", "conv1.bn.running_mean" }, { "layer3.5.conv2.weight", "layer3.5.conv2.weight" },
    { "layer3.5.bn2.weight", "layer3.5.conv2.bn.weight" }, { "layer4.0.downsample.0.weight", "layer4.0.downsample.weight" },
    { "layer4.0.downsample.1.bias", "layer4.0.downsample.bn.bias" }, { "layer1.2.bn3.running_var", "layer1.2.conv3.bn.running_var" },
  };

  g_assert_cmpint (lw_resnet50_import (model, weights, &error), ==, 53);
  g_assert_no_error (error);
  g_assert_false (model->transform.bgr);
  g_autoptr(LwWeights) unfolded = lw_batch_norm_unfold (model->graph, model->weights, normalised);

  g_assert_true (lw_weights_check (unfolded, normalised, &error));
  for (gsize i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      const LwTensor *theirs = lw_weights_get (weights, pairs[i][0]), *ours = lw_weights_get (unfolded, pairs[i][1]);

      g_assert_cmpuint (theirs->count, ==, ours->count);
      for (gsize k = 0; k < ours->count; k += 1 + ours->count / 100)
        g_assert_cmpfloat_with_epsilon (ours->data[k], theirs->data[k], 2e-5);
    }
}

/* The two forms have the same tensors: what else the file says must decide. */
static void
test_resnet_forms (void)
{
  g_autoptr(LwNetModel) published = new_model ("fcn8s-resnet50"), torch = new_model ("fcn8s-resnet50-b");
  g_autoptr(LwWeights) weights = lw_weights_new ();
  g_autoptr(GError) error = NULL;

  add_conv (weights, "conv1", 64, 3, 7);
  add_norm (weights, "bn1", 64);
  set_metadata (weights, "format", "pt");
  g_assert_cmpint (lw_resnet50_import (published, weights, &error), ==, -1);
  g_assert_nonnull (strstr (error->message, "fcn8s-resnet50-b"));
  g_clear_error (&error);
  g_assert_cmpint (lw_resnet50_import (torch, weights, NULL), ==, 1);
  set_metadata (weights, "channels", "BGR");
  g_assert_cmpint (lw_resnet50_import (torch, weights, &error), ==, -1);
  g_assert_error (error, LW_NET_ERROR, LW_NET_ERROR_SHAPE);
  g_assert_cmpint (lw_resnet50_import (published, weights, NULL), ==, 1);
  g_assert_true (published->transform.bgr);
}

/* ---- normalisation that was folded ---- */

static void
assert_same (const LwWeights *a, const LwWeights *b, const char *name)
{
  const LwTensor *x = lw_weights_get (a, name), *y = lw_weights_get (b, name);

  for (gsize i = 0; i < x->count; i++)
    g_assert_cmpfloat_with_epsilon (x->data[i], y->data[i], 1e-5 * (1 + fabs ((double) y->data[i])));
}

/* Through a file and back, with a channel that is switched off; then the folded weights change, and what is unfolded says what they say. */
static void
test_kept_norm (void)
{
  g_autoptr(LwGraph) normalised = lw_network_new ("fcn8s-lite", &(LwNetworkOptions) { .classes = 3, .batch_norm = TRUE });
  g_autoptr(LwNetModel) model = new_model ("fcn8s-lite");
  g_autoptr(LwWeights) trained = lw_weights_init (normalised, 3);
  g_autofree char *folder = g_dir_make_tmp ("lw-import-XXXXXX", NULL), *path = g_build_filename (folder, "model.safetensors", NULL);
  g_autoptr(GError) error = NULL;
  static const char *const names[] = { "conv2_1.weight", "conv2_1.bn.weight", "conv2_1.bn.bias", "conv2_1.bn.running_mean", "conv2_1.bn.running_var" };

  for (guint t = 0; t < trained->tensors->len; t++)
    {
      LwTensor *tensor = trained->tensors->pdata[t];

      for (gsize i = 0; i < tensor->count && tensor->rank == 1; i++)
        tensor->data[i] = (float) g_test_rand_double_range (0.3, 2);
    }
  lw_weights_free (model->weights);
  model->weights = lw_batch_norm_fold (normalised, trained, model->graph);
  g_assert_true (lw_net_model_save (model, LW_STORE_F32, path, &error));
  g_autoptr(LwNetModel) loaded = lw_net_model_load (path, &error);

  g_assert_no_error (error);
  g_autoptr(LwWeights) unfolded = lw_batch_norm_unfold (loaded->graph, loaded->weights, normalised);

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    assert_same (unfolded, trained, names[i]);
  lw_weights_get (loaded->weights, "conv2_1.bn.weight")->data[4] = 0;
  for (int i = 0; i < 16 * 9; i++)
    lw_weights_get (loaded->weights, "conv2_1.weight")->data[4 * 16 * 9 + i] = 0;
  lw_weights_get (loaded->weights, "conv2_1.bias")->data[4] = 7;
  lw_weights_get (loaded->weights, "conv2_1.bias")->data[5] += 3;
  g_autoptr(LwWeights) again = lw_batch_norm_unfold (loaded->graph, loaded->weights, normalised);
  g_autoptr(LwWeights) folded = lw_batch_norm_fold (normalised, again, loaded->graph);

  assert_same (folded, loaded->weights, "conv2_1.weight");
  assert_same (folded, loaded->weights, "conv2_1.bias");
  lw_weights_get (loaded->weights, "conv2_1.bn.running_var")->data[0] = NAN;
  g_autoptr(LwWeights) spoilt = lw_batch_norm_unfold (loaded->graph, loaded->weights, normalised);

  g_assert_true (lw_weights_check (spoilt, normalised, &error));
  g_unlink (path);
  g_rmdir (folder);
}

/* ---- files ---- */

static void
assert_file_says (const void *bytes, gsize length, const char *says)
{
  g_autofree char *folder = g_dir_make_tmp ("lw-import-XXXXXX", NULL), *path = g_build_filename (folder, "weights.pth", NULL);
  g_autoptr(LwNetModel) model = new_model ("fcn8s-lite");
  g_autoptr(GError) error = NULL;

  g_assert_true (g_file_set_contents (path, bytes, (gssize) length, NULL));
  g_assert_cmpint (lw_import_file (model, path, &error), ==, -1);
  g_assert_error (error, LW_NET_ERROR, LW_NET_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (error->message, path));
  g_assert_nonnull (strstr (error->message, says));
  g_unlink (path);
  g_rmdir (folder);
}

static void
test_pytorch_files (void)
{
  assert_file_says ("PK\3\4\0\0\0\0\0\0archive/data.pkl", 26, "safetensors");
  assert_file_says ("\x80\x02\x8a\nl\xfc\x9c\x46\xf9 j\xa8P\x19.", 16, "save_file");
}

/* ---- the real ResNet-50 ---- */

/* The trunk alone; its features stand in for scores. */
static LwGraph *
trunk_of (const LwGraph *graph)
{
  LwGraph *trunk = lw_graph_copy (graph);
  int last = lw_graph_find (trunk, "layer4.2.relu");

  g_array_set_size (trunk->nodes, (guint) last + 1);
  trunk->classes = 2048;
  lw_graph_score (trunk, last, 32, 0);
  return trunk;
}

/* Near the size at which the classifier was trained. */
static guint8 *
half_size (const char *path, int *width, int *height)
{
  g_autoptr(GError) error = NULL;
  int stride;
  g_autofree guint8 *rgb = lw_png_read_rgb (path, &stride, height, &error);

  g_assert_no_error (error);
  *width = stride / 2;
  *height /= 2;
  guint8 *half = g_malloc ((gsize) (*width * *height * 3));

  for (int i = 0; i < *width * *height * 3; i++)
    {
      const guint8 *from = rgb + ((i / 3 / *width * 2) * stride + i / 3 % *width * 2) * 3 + i % 3;

      half[i] = (guint8) ((from[0] + from[3] + from[stride * 3] + from[stride * 3 + 3] + 2) / 4);
    }
  return half;
}

/* The mean of each feature, through the classifier: the best class. */
static int
classify (const LwWeights *resnet50, const float *features, int pixels, int rank)
{
  const LwTensor *weight = lw_weights_get (resnet50, "fc.weight"), *bias = lw_weights_get (resnet50, "fc.bias");
  g_autofree double *scores = g_new (double, 1000);
  int best = 0;

  for (int c = 0; c < 1000; c++)
    {
      scores[c] = (double) bias->data[c];
      for (int f = 0; f < 2048; f++)
        for (int p = 0; p < pixels; p++)
          scores[c] += (double) weight->data[c * 2048 + f] * (double) features[f * pixels + p] / pixels;
    }
  for (int i = 0; i <= rank; i++)
    {
      best = 0;
      for (int c = 1; c < 1000; c++)
        best = scores[c] > scores[best] ? c : best;
      scores[best] = -INFINITY;
    }
  return best;
}

/* ImageNet's classes that are to be seen in a street: vehicles and what stands at its side. */
static gboolean
is_street (int class)
{
  static const int classes[] = { 407, 436, 468, 511, 555, 569, 573, 575, 609, 627, 654, 656, 661, 665, 670, 671, 675, 703, 705, 717, 734, 751, 757, 779, 803,
                                 817, 829, 847, 864, 867, 874, 919, 920 };

  for (gsize i = 0; i < G_N_ELEMENTS (classes); i++)
    if (classes[i] == class)
      return TRUE;
  return FALSE;
}

/* A frame of CamVid through the imported trunk and the file's own classifier: cars, buses and traffic lights, and nothing of a kitchen. */
static void
test_real_resnet (void)
{
  const char *camvid = g_getenv ("CAMVID_DIR");
  g_autofree char *path = real_file ("resnet50", "resnet50.safetensors");
  g_autofree char *frames = g_build_filename (camvid != NULL ? camvid : "", "val", NULL);
  g_autoptr(GDir) dir = g_dir_open (frames, 0, NULL);
  g_autoptr(LwNetModel) model = new_model ("fcn8s-resnet50");
  g_autoptr(GError) error = NULL;
  LwPlanOptions options = { .n = 1 };
  int street = 0;

  if (dir == NULL || path == NULL)
    {
      g_test_skip ("needs ResNet-50 beside CAMVID_DIR");
      return;
    }
  g_assert_cmpint (lw_import_file (model, path, &error), ==, 53);
  g_assert_no_error (error);
  g_autofree char *frame = g_build_filename (frames, g_dir_read_name (dir), NULL);
  g_autofree guint8 *rgb = half_size (frame, &options.width, &options.height);
  g_autoptr(LwGraph) trunk = trunk_of (model->graph);
  g_autoptr(LwWeights) file = lw_safetensors_load (path, NULL);
  int pixels = (options.height + 31) / 32 * ((options.width + 31) / 32);
  g_autofree float *features = g_new (float, 2048 * pixels);
  LwResult result = { .scores = features };

  options.transform = model->transform;
  LwPlan *plan = lw_backend_ref.compile (NULL, trunk, &options, &error);

  g_assert_no_error (error);
  g_assert_true (lw_backend_ref.load (plan, model->weights, NULL));
  g_assert_true (lw_backend_ref.run (plan, &(LwBatch) { .rgb = rgb }, &result, NULL, NULL, NULL));
  lw_backend_ref.free_plan (plan);
  for (int rank = 0; rank < 5; rank++)
    {
      int class = classify (file, features, pixels, rank);

      g_test_message ("class %d", class);
      street += is_street (class);
    }
  g_assert_cmpint (street, >=, 3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nn/import/vgg", test_vgg);
  g_test_add_func ("/nn/import/not-vgg", test_not_vgg);
  g_test_add_func ("/nn/import/vgg-with-norm", test_vgg_with_norm);
  g_test_add_func ("/nn/import/real-vgg", test_real_vgg);
  g_test_add_func ("/nn/import/resnet", test_resnet);
  g_test_add_func ("/nn/import/resnet-forms", test_resnet_forms);
  g_test_add_func ("/nn/import/kept-norm", test_kept_norm);
  g_test_add_func ("/nn/import/pytorch-files", test_pytorch_files);
  g_test_add_func ("/nn/import/real-resnet", test_real_resnet);
  return g_test_run ();
}
