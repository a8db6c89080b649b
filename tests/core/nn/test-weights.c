/* test-weights.c: safetensors files, sound and hostile; models */
#include <math.h>
#include <string.h>
#include <glib/gstdio.h>
#include "nn/weights/half.h"
#include "nn/weights/model.h"

static char *folder;

static char *
in_folder (const char *name)
{
  return g_build_filename (folder, name, NULL);
}

/* A file of this JSON header (its length written as it is, or as @claimed where not 0) and @data_size bytes. */
static char *
make_file (const char *json, gsize json_length, guint64 claimed, gsize data_size)
{
  g_autoptr(GString) text = g_string_new (NULL);
  guint64 length = GUINT64_TO_LE (claimed != 0 ? claimed : (guint64) json_length);
  char *path = in_folder ("made.safetensors");

  g_string_append_len (text, (const char *) &length, 8);
  g_string_append_len (text, json, (gssize) json_length);
  for (gsize i = 0; i < data_size; i++)
    g_string_append_c (text, (char) (i * 7));
  g_assert_true (g_file_set_contents (path, text->str, (gssize) text->len, NULL));
  return path;
}

static void
assert_refused (const char *json, gsize data_size, const char *word)
{
  g_autofree char *path = make_file (json, strlen (json), 0, data_size);
  g_autoptr(GError) error = NULL;
  g_autoptr(LwWeights) weights = lw_safetensors_load (path, &error);

  if (weights != NULL)
    g_error ("read, but should be refused: %s", json);
  if (strstr (error->message, path) == NULL || strstr (error->message, word) == NULL)
    g_error ("%s\nbut expected “%s” for %s", error->message, word, json);
}

#define ONE(shape, offsets) "{\"a\":{\"dtype\":\"F32\",\"shape\":" shape ",\"data_offsets\":" offsets "}}"

static void
test_hostile (void)
{
  assert_refused (ONE ("[2]", "[0,8]"), 7, "outside");
  assert_refused (ONE ("[2]", "[0,8]"), 9, "no tensor");
  assert_refused (ONE ("[2]", "[8,0]"), 8, "outside");
  assert_refused (ONE ("[2]", "[-8,0]"), 8, "outside");
  assert_refused (ONE ("[2]", "[0,4]"), 4, "bytes where");
  assert_refused (ONE ("[2]", "[4,12]"), 12, "gap");
  assert_refused (ONE ("[2]", "[0]"), 8, "outside");
  assert_refused (ONE ("[2]", "[0,8,8]"), 8, "outside");
  assert_refused (ONE ("[2]", "[0,9223372036854775807]"), 8, "outside");
  assert_refused (ONE ("[2]", "[0,1e3]"), 8, "outside");
  assert_refused (ONE ("[-2]", "[0,8]"), 8, "shape");
  assert_refused (ONE ("[1,1,1,1,2]", "[0,8]"), 8, "shape");
  assert_refused (ONE ("[2147483647,2147483647,2147483647]", "[0,8]"), 8, "too large");
  assert_refused (ONE ("[2147483647,1073741824,8]", "[0,0]"), 0, "too large");
  assert_refused (ONE ("[4294967298]", "[0,8]"), 8, "shape");
  assert_refused (ONE ("\"2\"", "[0,8]"), 8, "shape");
  assert_refused ("{\"a\":{\"dtype\":\"F8_E5M2\",\"shape\":[2],\"data_offsets\":[0,2]}}", 2, "F8_E5M2");
  assert_refused ("{\"a\":{\"shape\":[2],\"data_offsets\":[0,8]}}", 8, "type");
  assert_refused ("{\"a\":3}", 0, "type");
  assert_refused ("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}", 12, "overlaps");
  assert_refused ("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8, "overlaps");
  assert_refused ("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", 8, "twice");
  assert_refused ("{\"__metadata__\":{\"x\":3}}", 0, "metadata");
  assert_refused ("{\"__metadata__\":[]}", 0, "metadata");
  assert_refused ("[1,2]", 0, "JSON");
  assert_refused ("{\"a\":", 0, "JSON");
  assert_refused ("{\"\xff\":1}", 0, "JSON");
  assert_refused ("{} {}", 0, "JSON");
  assert_refused ("{\"a\":{\"dtype\":\"F4\",\"shape\":[3],\"data_offsets\":[0,2]}}", 2, "F4");
}

/* More of something than any network has. */
static void
test_too_much (void)
{
  g_autoptr(GString) many = g_string_new ("{"), deep = g_string_new ("{\"a\":"), longest = g_string_new ("{\"");

  for (int i = 0; i <= 65536; i++)
    g_string_append_printf (many, "%s\"%d\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}", i > 0 ? "," : "", i);
  g_string_append_c (many, '}');
  assert_refused (many->str, 0, "at most 65536");
  for (int i = 0; i < 20000; i++)
    g_string_append_c (deep, '[');
  assert_refused (deep->str, 0, "JSON");
  for (int i = 0; i < 256; i++)
    g_string_append_c (longest, 'n');
  g_string_append (longest, "\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}}");
  assert_refused (longest->str, 0, "255");
}

static void
test_lying_length (void)
{
  static const guint64 lengths[] = { 1, 47, 1000, 100000001, G_MAXUINT64, G_MAXUINT64 - 7, G_MAXINT64 };
  const char *json = ONE ("[2]", "[0,8]");

  for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      g_autofree char *path = make_file (json, strlen (json), lengths[i], 8);
      g_autoptr(GError) error = NULL;

      g_assert_null (lw_safetensors_load (path, &error));
      g_assert_nonnull (strstr (error->message, path));
    }
  g_autofree char *missing = in_folder ("missing.safetensors");

  g_assert_null (lw_safetensors_load (missing, NULL));
  g_assert_null (lw_safetensors_load (folder, NULL));
  g_assert_null (lw_safetensors_load ("/dev/zero", NULL));
}

/* What is legal but odd: no padding, an empty and a scalar tensor, integers beside them. */
static void
test_odd (void)
{
  const char *json = "{\"n\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[2,10]},\"e\":{\"dtype\":\"F32\",\"shape\":[0,3],\"data_offsets\":[2,2]},"
                     "\"s\":{\"dtype\":\"F16\",\"shape\":[],\"data_offsets\":[0,2]}}  ";
  g_autofree char *path = make_file (json, strlen (json), 0, 10);
  g_autoptr(GError) error = NULL;
  g_autoptr(LwWeights) weights = lw_safetensors_load (path, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (weights->tensors->len, ==, 2);
  g_assert_cmpuint (lw_weights_get (weights, "s")->count, ==, 1);
  g_assert_cmpfloat (lw_weights_get (weights, "s")->data[0], ==, lw_float_from_f16 (7 << 8));
  g_assert_cmpuint (lw_weights_get (weights, "e")->count, ==, 0);
}

static LwWeights *
random_weights (void)
{
  LwWeights *weights = lw_weights_new ();

  for (int i = 0; i < 5; i++)
    {
      int dims[4] = { g_test_rand_int_range (1, 9), g_test_rand_int_range (1, 9), g_test_rand_int_range (1, 4), g_test_rand_int_range (1, 4) };
      g_autofree char *name = g_strdup_printf ("layer%d “ü\\\"/”", i);
      LwTensor *tensor = lw_weights_add (weights, name, dims, i % 4 + 1);

      for (gsize k = 0; k < tensor->count; k++)
        tensor->data[k] = (float) g_test_rand_double_range (-2, 2);
    }
  g_hash_table_insert (weights->metadata, g_strdup ("key"), g_strdup ("value “ü”\n"));
  return weights;
}

static void
assert_near (const LwWeights *a, const LwWeights *b, double epsilon)
{
  g_assert_cmpuint (a->tensors->len, ==, b->tensors->len);
  for (guint i = 0; i < a->tensors->len; i++)
    {
      const LwTensor *x = a->tensors->pdata[i], *y = lw_weights_get (b, x->name);

      g_assert_nonnull (y);
      g_assert_cmpint (x->rank, ==, y->rank);
      g_assert_cmpint (memcmp (x->dims, y->dims, sizeof x->dims), ==, 0);
      for (gsize k = 0; k < x->count; k++)
        g_assert_cmpfloat_with_epsilon (x->data[k], y->data[k], epsilon);
    }
}

static void
test_round_trip (void)
{
  static const double epsilons[] = { [LW_STORE_F32] = 0, [LW_STORE_F16] = 0x1p-10, [LW_STORE_BF16] = 0x1p-7 };
  g_autofree char *path = in_folder ("round.safetensors");

  for (int type = LW_STORE_F32; type <= LW_STORE_BF16; type++)
    {
      g_autoptr(LwWeights) weights = random_weights ();
      g_autoptr(GError) error = NULL;

      ((LwTensor *) weights->tensors->pdata[0])->data[0] = 83614.7f;        /* a vector keeps what 16 bits can't hold */
      g_assert_true (lw_safetensors_save (weights, type, path, &error));
      g_autoptr(LwWeights) loaded = lw_safetensors_load (path, &error);
      g_autoptr(LwWeights) inspected = lw_safetensors_inspect (path, &error);

      g_assert_no_error (error);
      assert_near (weights, loaded, epsilons[type] + 1e-30);
      g_assert_cmpstr (g_hash_table_lookup (loaded->metadata, "key"), ==, "value “ü”\n");
      g_assert_null (lw_weights_get (inspected, "layer2 “ü\\\"/”")->data);
    }
}

static void
test_save_fails (void)
{
  g_autoptr(LwWeights) weights = random_weights ();
  g_autofree char *path = in_folder ("no-such-folder/x.safetensors"), *sound = in_folder ("sound.safetensors");
  g_autoptr(GError) error = NULL;

  g_assert_false (lw_safetensors_save (weights, LW_STORE_F32, path, &error));
  g_assert_nonnull (strstr (error->message, "no-such-folder"));
  g_clear_error (&error);
  g_assert_true (lw_safetensors_save (weights, LW_STORE_F16, sound, NULL));
  ((LwTensor *) weights->tensors->pdata[3])->data[0] = 1e6f;
  g_assert_false (lw_safetensors_save (weights, LW_STORE_F16, sound, &error));
  g_assert_error (error, LW_NET_ERROR, LW_NET_ERROR_VALUE);
  g_autoptr(LwWeights) kept = lw_safetensors_load (sound, NULL);       /* what was there stays */

  g_assert_nonnull (kept);
}

/* Any change of any byte gives an error or sound weights, never a crash (run under the address sanitizer). */
static void
test_fuzz (void)
{
  g_autoptr(LwWeights) weights = random_weights ();
  g_autofree char *path = in_folder ("fuzz.safetensors"), *bytes = NULL;
  gsize length, header = 0;
  int read = 0;

  g_assert_true (lw_safetensors_save (weights, LW_STORE_F16, path, NULL));
  g_assert_true (g_file_get_contents (path, &bytes, &length, NULL));
  memcpy (&header, bytes, 8);
  for (int i = 0; i < 3000; i++)
    {
      g_autofree char *changed = g_memdup2 (bytes, length);
      gsize end = i % 8 == 0 ? (gsize) g_test_rand_int_range (0, (int) length) : length;

      for (int k = g_test_rand_int_range (0, 4); k >= 0; k--)
        changed[g_test_rand_int_range (0, (int) header + 8)] = "0123456789[]{},:\"F-e \xff"[g_test_rand_int_range (0, 22)];
      g_assert_true (g_file_set_contents (path, changed, (gssize) end, NULL));
      g_autoptr(GError) error = NULL;
      g_autoptr(LwWeights) found = lw_safetensors_load (path, &error);

      g_assert_true ((found == NULL) == (error != NULL));
      read += found != NULL;
    }
  g_test_message ("%d of 3000 changed files were still sound", read);
}

static void
test_half (void)
{
  for (guint i = 0; i < 65536; i++)
    {
      float value = lw_float_from_f16 ((guint16) i), brain = lw_float_from_bf16 ((guint16) i);

      if (isnan (value))
        g_assert_true (isnan (lw_float_from_f16 (lw_float_to_f16 (value))));
      else
        {
          g_assert_cmpuint (lw_float_to_f16 (value), ==, i);
          g_assert_cmpfloat (value, ==, (float) ldexp ((i & 0x7c00 ? 1024 : 0) + (i & 0x3ff), MAX ((int) (i >> 10 & 31), 1) - 25) * (i >> 15 ? -1.0f : 1.0f)
                             + ((i & 0x7c00) == 0x7c00 ? (value > 0 ? INFINITY : -INFINITY) : 0));
        }
      if (!isnan (brain))
        g_assert_cmpuint (lw_float_to_bf16 (brain), ==, i);
    }
  g_assert_cmpuint (lw_float_to_f16 (1 + 0x1p-11f), ==, lw_float_to_f16 (1));              /* a tie goes to the even one */
  g_assert_cmpuint (lw_float_to_f16 (1 + 3 * 0x1p-11f), ==, lw_float_to_f16 (1) + 2);
  g_assert_cmpuint (lw_float_to_bf16 (1 + 0x1p-8f), ==, lw_float_to_bf16 (1));
  g_assert_cmpuint (lw_float_to_f16 (65519), ==, 0x7bff);
  g_assert_cmpuint (lw_float_to_f16 (65520), ==, 0x7c00);
}

static const char *const three[] = { "Road", "Sky “blue”", "Car", NULL };

static void
test_model (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(LwNetModel) model = lw_net_model_new ("fcn8s-lite", three, 4, &error);
  g_autofree char *path = in_folder ("model.safetensors");
  int width, height;

  model->transform = (LwInputTransform) { { 0.1f, 0.2f, 0.3f }, { 1, 0.25f, 1 / 3.0f }, TRUE };
  model->max_side = 600;
  g_assert_true (lw_net_model_save (model, LW_STORE_F32, path, &error));
  g_autoptr(LwNetModel) loaded = lw_net_model_load (path, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (loaded->architecture, ==, "fcn8s-lite");
  g_assert_cmpstrv (loaded->class_names, three);
  g_assert_cmpint (memcmp (&loaded->transform, &model->transform, sizeof model->transform), ==, 0);
  g_assert_cmpint (loaded->max_side, ==, 600);
  assert_near (model->weights, loaded->weights, 1e-30);
  lw_net_model_net_size (loaded, 1920, 1080, &width, &height);
  g_assert_cmpint (width, ==, 600);
  g_assert_cmpint (height, ==, 338);
  lw_net_model_net_size (loaded, 480, 360, &width, &height);
  g_assert_cmpint (width * 1000 + height, ==, 480360);
  lw_net_model_net_size (loaded, 1, 30000, &width, &height);
  g_assert_cmpint (width * 1000 + height, ==, 1600);
}

static void
assert_model_refused (LwNetModel *model, const char *metadata, const char *word)
{
  g_autofree char *path = in_folder ("bad-model.safetensors");
  g_autoptr(GError) error = NULL;

  g_hash_table_remove_all (model->weights->metadata);
  if (metadata != NULL)
    g_hash_table_insert (model->weights->metadata, g_strdup ("labelwright.model"), g_strdup (metadata));
  g_assert_true (lw_safetensors_save (model->weights, LW_STORE_BF16, path, NULL));
  g_autoptr(LwNetModel) loaded = lw_net_model_load (path, &error);

  g_assert_null (loaded);
  if (strstr (error->message, word) == NULL || strstr (error->message, path) == NULL)
    g_error ("%s\nbut expected “%s”", error->message, word);
}

#define MODEL(version, architecture, classes, std, rest) "{\"version\":" version ",\"architecture\":\"" architecture "\",\"classes\":" classes \
  ",\"transform\":{\"mean\":[0,0,0],\"std\":" std ",\"bgr\":false}," rest "}"
#define SIZES "\"train_size\":[480,360],\"max_side\":640"

static void
test_bad_models (void)
{
  g_autoptr(LwNetModel) model = lw_net_model_new ("fcn8s-lite", three, 4, NULL);
  static const char *const one[] = { "Road", NULL };

  assert_model_refused (model, NULL, "no model");
  assert_model_refused (model, "{}", "version");
  assert_model_refused (model, MODEL ("2", "fcn8s-lite", "[\"a\",\"b\",\"c\"]", "[1,1,1]", SIZES), "newer");
  assert_model_refused (model, MODEL ("1", "vgg", "[\"a\",\"b\",\"c\"]", "[1,1,1]", SIZES), "“vgg”");
  assert_model_refused (model, MODEL ("1", "fcn8s-lite", "[\"a\",\"b\"]", "[1,1,1]", SIZES), "score_fr");
  assert_model_refused (model, MODEL ("1", "fcn8s", "[\"a\",\"b\",\"c\"]", "[1,1,1]", SIZES), "conv1_1");
  assert_model_refused (model, MODEL ("1", "fcn8s-lite", "[\"a\"]", "[1,1,1]", SIZES), "classes");
  assert_model_refused (model, MODEL ("1", "fcn8s-lite", "[1,2,3]", "[1,1,1]", SIZES), "class 0");
  assert_model_refused (model, MODEL ("1", "fcn8s-lite", "[\"a\",\"b\",\"c\"]", "[1,0,1]", SIZES), "std");
  assert_model_refused (model, MODEL ("1", "fcn8s-lite", "[\"a\",\"b\",\"c\"]", "[1,1]", SIZES), "std");
  assert_model_refused (model, MODEL ("1", "fcn8s-lite", "[\"a\",\"b\",\"c\"]", "[1,1,1]", "\"train_size\":[0,9],\"max_side\":640"), "train_size");
  assert_model_refused (model, MODEL ("1", "fcn8s-lite", "[\"a\",\"b\",\"c\"]", "[1,1,1]", "\"train_size\":[480,360],\"max_side\":-1"), "max_side");
  lw_weights_get (model->weights, "fc7.bias")->data[9] = INFINITY;
  assert_model_refused (model, MODEL ("1", "fcn8s-lite", "[\"a\",\"b\",\"c\"]", "[1,1,1]", SIZES), "fc7.bias");
  g_assert_null (lw_net_model_new ("fcn8s-lite", one, 0, NULL));
}

static void
remove_folder (void)
{
  g_autoptr(GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = in_folder (name);

      g_unlink (path);
    }
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("lw-weights-XXXXXX", NULL);
  g_test_add_func ("/nn/safetensors/hostile", test_hostile);
  g_test_add_func ("/nn/safetensors/too-much", test_too_much);
  g_test_add_func ("/nn/safetensors/lying-length", test_lying_length);
  g_test_add_func ("/nn/safetensors/odd", test_odd);
  g_test_add_func ("/nn/safetensors/round-trip", test_round_trip);
  g_test_add_func ("/nn/safetensors/save-fails", test_save_fails);
  g_test_add_func ("/nn/safetensors/fuzz", test_fuzz);
  g_test_add_func ("/nn/weights/half", test_half);
  g_test_add_func ("/nn/model/round-trip", test_model);
  g_test_add_func ("/nn/model/bad", test_bad_models);
  int result = g_test_run ();

  remove_folder ();
  g_free (folder);
  return result;
}
