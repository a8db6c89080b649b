/* test-slots.c: shared memory that nobody can shrink, and layouts that lie */
#include "config.h"
#include "engine/slots.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static void
test_both_sides (void)
{
  g_autoptr(GError) error = NULL;
  LwSharedMemory client, engine;
  g_assert_true (lw_shared_memory_create (&client, 100000, &error));
  g_assert_true (lw_shared_memory_map (&engine, dup (client.fd), 100000, &error));
  client.data[99999] = 42;
  g_assert_cmpuint (engine.data[99999], ==, 42);
  engine.data[0] = 7;
  g_assert_cmpuint (client.data[0], ==, 7);
  /* The other side can't take the pages away. */
  g_assert_cmpint (ftruncate (engine.fd, 10), <, 0);
  g_assert_cmpint (ftruncate (engine.fd, 1000000), <, 0);
  g_assert_cmpint (fcntl (engine.fd, F_ADD_SEALS, F_SEAL_WRITE), <, 0);
  lw_shared_memory_clear (&engine);
  g_assert_cmpuint (client.data[0], ==, 7);
  lw_shared_memory_clear (&client);
  g_assert_null (client.data);
}

static void
refuse (int fd, guint64 size, int code)
{
  g_autoptr(GError) error = NULL;
  LwSharedMemory memory;
  g_assert_false (lw_shared_memory_map (&memory, fd, size, &error));
  g_assert_error (error, LW_SLOT_ERROR, code);
  g_assert_null (memory.data);
  g_assert_cmpint (fcntl (fd, F_GETFD), <, 0);      /* closed */
}

static int
memfd (gsize size, int seals)
{
  int fd = memfd_create ("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  g_assert_cmpint (ftruncate (fd, size), ==, 0);
  g_assert_cmpint (fcntl (fd, F_ADD_SEALS, seals), ==, 0);
  return fd;
}

static void
test_unsealed (void)
{
  refuse (memfd (4096, 0), 4096, LW_SLOT_ERROR_UNSEALED);
  refuse (memfd (4096, F_SEAL_GROW), 4096, LW_SLOT_ERROR_UNSEALED);
  refuse (memfd (4096, F_SEAL_SHRINK), 4096, LW_SLOT_ERROR_UNSEALED);
  refuse (open ("/dev/zero", O_RDWR), 4096, LW_SLOT_ERROR_UNSEALED);
  refuse (open ("/proc/self/exe", O_RDONLY), 4096, LW_SLOT_ERROR_UNSEALED);
}

static void
test_wrong_size (void)
{
  int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
  refuse (memfd (4096, seals), 8192, LW_SLOT_ERROR_SIZE);
  refuse (memfd (8192, seals), 4096, LW_SLOT_ERROR_SIZE);
  refuse (memfd (0, seals), 0, LW_SLOT_ERROR_SIZE);
  refuse (memfd (4096, seals), G_MAXUINT64, LW_SLOT_ERROR_SIZE);
}

static void
test_write_sealed (void)
{
  refuse (memfd (4096, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE), 4096, LW_SLOT_ERROR_MEMORY);
}

static void
test_layout (void)
{
  for (int i = 0; i < 500; i++)
    {
      LwSlotLayout layout;
      lw_slot_layout_init (&layout, g_test_rand_int_range (1, 3000), g_test_rand_int_range (1, 3000));
      g_autoptr(GError) error = NULL;
      guint64 bytes = lw_slot_layout_bytes (&layout);
      g_assert_true (lw_slot_layout_check (&layout, bytes, &error));
      g_assert_no_error (error);
      g_assert_false (lw_slot_layout_check (&layout, bytes - 1, NULL));
      LwSlotLayout moved = layout;
      moved.labels = lw_slot_pixels_bytes (&layout) - 1;
      g_assert_false (lw_slot_layout_check (&moved, bytes * 2, NULL));
      moved = layout;
      moved.confidence = layout.labels;
      g_assert_false (lw_slot_layout_check (&moved, bytes * 2, NULL));
    }
}

static void
test_layout_bounds (void)
{
  const LwSlotLayout bad[] = {
    { 0, 10, 0, 1000, 2000 }, { 10, -1, 0, 1000, 2000 }, { 32769, 1, 0, 200000, 300000 }, { 32768, 32768, 0, 1ull << 33, 1ull << 34 },
    { 10, 10, G_MAXUINT64, 1000, 2000 }, { 10, 10, 0, G_MAXUINT64 - 50, 2000 }, { 10, 10, 0, 1000, G_MAXUINT64 - 8 },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr(GError) error = NULL;
      g_assert_false (lw_slot_layout_check (&bad[i], 4096, &error));
      g_assert_error (error, LW_SLOT_ERROR, LW_SLOT_ERROR_SIZE);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/slots/both-sides", test_both_sides);
  g_test_add_func ("/slots/unsealed", test_unsealed);
  g_test_add_func ("/slots/wrong-size", test_wrong_size);
  g_test_add_func ("/slots/write-sealed", test_write_sealed);
  g_test_add_func ("/slots/layout", test_layout);
  g_test_add_func ("/slots/layout-bounds", test_layout_bounds);
  return g_test_run ();
}
