/* test-graph.c: sizes, parameters and arithmetic of the networks, against numbers computed apart from this program, from the published layer lists */
#include <math.h>
#include "nn/graph/builder.h"
#include "nn/networks/networks.h"
#include "nn/weights/weights.h"

#define MAX_NODES 256

static gsize
count_parameters (const LwGraph *graph)
{
  g_autoptr(GArray) tensors = lw_graph_tensors (graph);
  gsize n = 0;

  for (guint i = 0; i < tensors->len; i++)
    n += g_array_index (tensors, LwTensorInfo, i).count;
  return n;
}

/* The published network stores its bilinear kernels as dense C x C filters: k4, k4 and k16. */
static gsize
dense_kernels (gsize classes)
{
  return classes * classes * (4 * 4 + 4 * 4 + 16 * 16);
}

static void
test_parameters (void)
{
  static const struct { int classes; gsize dense; } cases[] = { { 11, 134348929 }, { 12, 134360420 }, { 21, 134489759 }, { 32, 134711200 } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    for (int original = 0; original < 2; original++)
      {
        g_autoptr(LwGraph) graph = lw_fcn8s (&(LwNetworkOptions) { .classes = cases[i].classes, .original_padding = original });

        g_assert_cmpuint (count_parameters (graph) + dense_kernels ((gsize) cases[i].classes), ==, cases[i].dense);
      }
}

/* What the dense kernels cost more than the depthwise ones that we count. */
static guint64
dense_extra (const LwGraph *graph, int height, int width)
{
  g_autofree int *h = g_new (int, graph->nodes->len), *w = g_new (int, graph->nodes->len);
  guint64 extra = 0, c = (guint64) graph->classes;

  g_assert_true (lw_graph_sizes (graph, height, width, h, w, NULL));
  for (guint i = 0; i < graph->nodes->len; i++)
    {
      const LwNode *node = lw_graph_node (graph, (int) i);

      if (node->kind == LW_OP_DECONV)
        extra += (guint64) (h[node->inputs[0]] * w[node->inputs[0]]) * c * (c - 1) * 16;
      else if (node->kind == LW_OP_SCORE)
        extra += (guint64) (h[i] * w[i]) * c * c * 256 - (guint64) (height * width) * c * 4;
    }
  return extra;
}

static void
test_macs (void)
{
  static const struct { int height, width, classes; double original, tight; } cases[] = {
    { 360, 480, 11, 139.47, 74.58 }, { 360, 480, 21, 139.81, 74.82 }, { 224, 224, 11, 62.73, 21.23 },
    { 224, 224, 21, 62.86, 21.31 }, { 384, 480, 11, 146.53, 78.00 }, { 720, 960, 11, 412.2, 294.3 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    for (int original = 0; original < 2; original++)
      {
        g_autoptr(LwGraph) graph = lw_fcn8s (&(LwNetworkOptions) { .classes = cases[i].classes, .original_padding = original });
        guint64 macs = lw_graph_macs (graph, cases[i].height, cases[i].width) + dense_extra (graph, cases[i].height, cases[i].width);

        g_assert_cmpfloat_with_epsilon ((double) macs * 1e-9, original ? cases[i].original : cases[i].tight, i < 5 ? 0.006 : 0.06);
      }
}

/* The published count has a bias and a pair of scale and shift in every normalised convolution. A trained model of ours has the bias alone, into which the
 * normalisation is folded, and while it trains four values a channel and no bias. @norms: normalised channels; @published_norms: of the published network. */
static void
assert_network (const char *name, gsize published, gsize published_norms, gsize norms, double gmac, double gmac_224)
{
  g_autoptr(LwGraph) plain = lw_network_new (name, &(LwNetworkOptions) { .classes = 11 });
  g_autoptr(LwGraph) normalised = lw_network_new (name, &(LwNetworkOptions) { .classes = 11, .batch_norm = TRUE });

  g_assert_cmpuint (count_parameters (plain) + 2 * published_norms, ==, published);
  g_assert_cmpuint (count_parameters (normalised), ==, count_parameters (plain) + 3 * norms);
  /* The final pass, which takes four taps a class and pixel where a grid is finer or coarser than the picture, is no layer of theirs. */
  g_assert_cmpfloat_with_epsilon ((double) (lw_graph_macs (plain, 360, 480) - 360 * 480 * 11 * 4) * 1e-9, gmac, 0.006);
  if (gmac_224 > 0)
    g_assert_cmpfloat_with_epsilon ((double) (lw_graph_macs (plain, 224, 224) - 224 * 224 * 11 * 4) * 1e-9, gmac_224, 0.006);
}

static void
test_encoders_and_decoders (void)
{
  gsize encoder = 64 * 2 + 128 * 2 + 256 * 3 + 512 * 6, decoder = 512 * 5 + 256 * 3 + 128 * 2 + 64 * 2;

  assert_network ("segnet", 29449355, encoder + decoder, encoder + decoder, 106.71, 30.92);
  assert_network ("segnet-basic", 1416587, 8 * 64, 8 * 64, 59.19, 0);
  /* The published pool cuts the 45 rows before the last pool to 22; ours rounds up to 23, so that nothing is lost, and that row of 30 costs two convolutions and an
   * upsampling: 0.49 GMAC. */
  assert_network ("unet", 31032395, 0, 4 * (64 + 128 + 256 + 512) + 2 * 1024, 126.87 + 30e-9 * (512 * 1024 * 9 + 1024 * 1024 * 9 + 4 * 1024 * 512), 36.91);
}

/* Without its classifier (2,049,000) ResNet-50 has 23,508,032 parameters, two a channel of them in 26,560 normalised ones. Its 4.09 GMAC at 224 become
 * 3.86 with the strides in the first 1x1, less the classifier's 2.05 M. The head is ours. */
static void
test_resnet (void)
{
  static const struct { const char *name; double trunk_224; } cases[] = { { "fcn8s-resnet50", 3.856 }, { "fcn8s-resnet50-b", 4.087 } };
  gsize norms = 26560, head = 128 * (2048 + 1024 + 512) + 128 * 128 * 9 + 4 * 128 + 11 * 129;

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(LwGraph) plain = lw_network_new (cases[i].name, &(LwNetworkOptions) { .classes = 11 });
      g_autoptr(LwGraph) normalised = lw_network_new (cases[i].name, &(LwNetworkOptions) { .classes = 11, .batch_norm = TRUE });
      double head_224 = 128e-9 * (49 * 2048 + 196 * 1024 + 784 * (512 + 128 * 9 + 11)) + 16e-9 * 128 * (49 + 196) + 4e-9 * 11 * 224 * 224;

      g_assert_cmpuint (count_parameters (plain), ==, 23508032 - norms + head);
      g_assert_cmpuint (count_parameters (normalised), ==, count_parameters (plain) + 3 * (norms + 4 * 128));
      g_assert_cmpfloat_with_epsilon ((double) lw_graph_macs (plain, 224, 224) * 1e-9 - head_224, cases[i].trunk_224, 0.006);
      g_print ("# %s: %.2f GMAC at 480 x 360\n", cases[i].name, (double) lw_graph_macs (plain, 360, 480) * 1e-9);
    }
}

/* Stage 4 has 14,964,736 parameters, two a channel of them in 11,264 normalised ones. */
static void
test_resnet_lite (void)
{
  g_autoptr(LwGraph) whole = lw_network_new ("fcn8s-resnet50", &(LwNetworkOptions) { .classes = 11 });
  g_autoptr(LwGraph) lite = lw_network_new ("fcn8s-resnet50-lite", &(LwNetworkOptions) { .classes = 11 });

  g_assert_cmpuint (count_parameters (whole) - count_parameters (lite), ==, 14964736 - 11264 + 128 * 2049);
  g_print ("# fcn8s-resnet50-lite: %.2f GMAC at 480 x 360\n", (double) lw_graph_macs (lite, 360, 480) * 1e-9);
}

static void
assert_size (const LwGraph *graph, const int *h, const int *w, const char *name, int height, int width)
{
  int i = lw_graph_find (graph, name);

  g_assert_cmpint (i, >=, 0);
  g_assert_cmpint (h[i], ==, height);
  g_assert_cmpint (w[i], ==, width);
}

static void
test_sizes (void)
{
  int h[MAX_NODES], w[MAX_NODES];
  g_autoptr(LwGraph) tight = lw_fcn8s (&(LwNetworkOptions) { .classes = 11 });
  g_autoptr(LwGraph) original = lw_fcn8s (&(LwNetworkOptions) { .classes = 11, .original_padding = TRUE });

  g_assert_true (lw_graph_sizes (tight, 360, 480, h, w, NULL));
  assert_size (tight, h, w, "pool4", 23, 30);
  assert_size (tight, h, w, "fc7", 12, 15);
  assert_size (tight, h, w, "upscore2", 24, 30);
  assert_size (tight, h, w, "score", 45, 60);
  g_assert_true (lw_graph_sizes (original, 360, 480, h, w, NULL));
  assert_size (original, h, w, "conv1_1", 558, 678);
  assert_size (original, h, w, "pool3", 70, 85);
  assert_size (original, h, w, "pool5", 18, 22);
  assert_size (original, h, w, "fc6", 12, 16);
  assert_size (original, h, w, "score", 54, 70);      /* (54 - 1) * 8 + 16 = 440 rows of upscore8, as published */
}

static void
test_any_size (void)
{
  int h[MAX_NODES], w[MAX_NODES];

  for (const char *const *name = lw_network_names (); *name != NULL; name++)
    for (int original = 0; original < 2; original++)
      {
        g_autoptr(LwGraph) graph = lw_network_new (*name, &(LwNetworkOptions) { .classes = 3, .original_padding = original });

        for (int i = 0; i < 200; i++)
          {
            g_autoptr(GError) error = NULL;

            lw_graph_sizes (graph, g_test_rand_int_range (1, 1500), g_test_rand_int_range (1, 1500), h, w, &error);
            g_assert_no_error (error);
          }
        g_assert_true (lw_graph_sizes (graph, 1, 1, h, w, NULL));
      }
}

static void
test_bad_sizes (void)
{
  int h[MAX_NODES], w[MAX_NODES];
  g_autoptr(LwGraph) graph = lw_graph_new ("tiny", 2);
  int x = lw_graph_max_pool (graph, 0, "pool", FALSE);
  g_autoptr(GError) error = NULL;

  lw_graph_score (graph, lw_graph_conv (graph, x, "conv", 2, 5, 0, TRUE), 2, 0);
  g_assert_true (lw_graph_sizes (graph, 10, 10, h, w, NULL));
  g_assert_false (lw_graph_sizes (graph, 9, 10, h, w, &error));
  g_assert_error (error, LW_NET_ERROR, LW_NET_ERROR_SHAPE);
  g_assert_nonnull (strstr (error->message, "conv"));
  g_assert_cmpuint (lw_graph_macs (graph, 9, 10), ==, 0);
  g_assert_false (lw_graph_sizes (graph, 0, 10, h, w, NULL));
  g_assert_false (lw_graph_sizes (graph, 10, 1 << 20, h, w, NULL));
  g_assert_null (lw_network_new ("no-such-network", &(LwNetworkOptions) { .classes = 2 }));
}

static void
test_batch_norm_graph (void)
{
  g_autoptr(LwGraph) plain = lw_fcn8s_lite (&(LwNetworkOptions) { .classes = 11 });
  g_autoptr(LwGraph) normalised = lw_fcn8s_lite (&(LwNetworkOptions) { .classes = 11, .batch_norm = TRUE });
  gsize widths = 16 * 2 + 32 * 2 + 64 * 3 + 128 * 6 + 512 * 2;

  g_assert_cmpuint (count_parameters (plain), ==, 1781553);
  g_assert_cmpuint (count_parameters (normalised), ==, 1781553 + 3 * widths);       /* four values a channel instead of a bias */
}

/* Spread as He's formula says, the same for the same seed, and another for another one. */
static void
test_init (void)
{
  g_autoptr(LwGraph) graph = lw_fcn8s_lite (&(LwNetworkOptions) { .classes = 11 });
  g_autoptr(LwWeights) a = lw_weights_init (graph, 7), b = lw_weights_init (graph, 7), c = lw_weights_init (graph, 8);
  const LwTensor *fc6 = lw_weights_get (a, "fc6.weight");
  double sum = 0, squares = 0;

  g_assert_true (lw_weights_check (a, graph, NULL));
  g_assert_cmpint (memcmp (fc6->data, lw_weights_get (b, "fc6.weight")->data, fc6->count * 4), ==, 0);
  g_assert_cmpint (memcmp (fc6->data, lw_weights_get (c, "fc6.weight")->data, fc6->count * 4), !=, 0);
  for (gsize i = 0; i < fc6->count; i++)
    {
      sum += fc6->data[i];
      squares += (double) fc6->data[i] * fc6->data[i];
    }
  g_assert_cmpfloat_with_epsilon (sum / (double) fc6->count, 0, 1e-3);
  g_assert_cmpfloat_with_epsilon (squares / (double) fc6->count, 2.0 / (128 * 9), 2e-5);
  g_assert_cmpfloat (lw_weights_get (a, "score_fr.weight")->data[5], ==, 0);
}

static void
test_check (void)
{
  g_autoptr(LwGraph) graph = lw_fcn8s_lite (&(LwNetworkOptions) { .classes = 11 });
  g_autoptr(LwGraph) other = lw_fcn8s_lite (&(LwNetworkOptions) { .classes = 12 });
  g_autoptr(LwWeights) weights = lw_weights_init (graph, 1);
  g_autoptr(GError) error = NULL;

  g_assert_false (lw_weights_check (weights, other, &error));
  g_assert_error (error, LW_NET_ERROR, LW_NET_ERROR_SHAPE);
  g_assert_nonnull (strstr (error->message, "score_fr.weight"));
  g_assert_nonnull (strstr (error->message, "(11, 512, 1, 1)"));
  g_clear_error (&error);
  lw_weights_get (weights, "conv3_2.bias")->data[3] = NAN;
  g_assert_false (lw_weights_check (weights, graph, &error));
  g_assert_error (error, LW_NET_ERROR, LW_NET_ERROR_VALUE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nn/graph/parameters", test_parameters);
  g_test_add_func ("/nn/graph/macs", test_macs);
  g_test_add_func ("/nn/graph/encoders-and-decoders", test_encoders_and_decoders);
  g_test_add_func ("/nn/graph/resnet", test_resnet);
  g_test_add_func ("/nn/graph/resnet-lite", test_resnet_lite);
  g_test_add_func ("/nn/graph/sizes", test_sizes);
  g_test_add_func ("/nn/graph/any-size", test_any_size);
  g_test_add_func ("/nn/graph/bad-sizes", test_bad_sizes);
  g_test_add_func ("/nn/graph/batch-norm", test_batch_norm_graph);
  g_test_add_func ("/nn/weights/init", test_init);
  g_test_add_func ("/nn/weights/check", test_check);
  return g_test_run ();
}
