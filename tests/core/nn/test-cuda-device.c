/* test-cuda-device.c: the CUDA backend's module loads on any computer, and says in words why it can't be used there */
#include <string.h>
#include "common/paths.h"
#include "nn/backends/backend.h"

static void
test_open (void)
{
  g_autofree char *path = lw_paths_backend ("cuda");
  g_autoptr(GError) error = NULL;
  const LwBackend *backend = lw_backend_load (path, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (backend->name, ==, "cuda");
  for (int i = 0; i < 2; i++)
    {
      LwDevice *device = backend->open (&error);

      if (device == NULL)
        {
          g_assert_true (g_error_matches (error, LW_NET_ERROR, LW_NET_ERROR_DEVICE) || g_error_matches (error, LW_NET_ERROR, LW_NET_ERROR_ABSENT));
          g_assert_true (strstr (error->message, "NVIDIA") != NULL || strstr (error->message, "GPU") != NULL || strstr (error->message, "cuDNN") != NULL);
          g_test_message ("%s", error->message);
          g_clear_error (&error);
          continue;
        }
      g_autofree char *text = backend->describe (device);

      g_assert_nonnull (strstr (text, "bfloat16"));
      backend->close (device);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nn/cuda/open", test_open);
  return g_test_run ();
}
