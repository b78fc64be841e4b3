// The only file that sees MPI. MPI-3 is enough; errors are returned, not fatal.
#define _POSIX_C_SOURCE 200809L
#include "../include/cmpi.h"

#include <mpi.h>
#include <time.h>

static char error_text[MPI_MAX_ERROR_STRING] = "";
static char library_text[MPI_MAX_LIBRARY_VERSION_STRING] = "";
static MPI_Comm node = MPI_COMM_NULL;

// Counts of MPI-3 are ints; and no buffer that a library makes for itself grows beyond this.
static const int64_t piece = (int64_t)1 << 24;

static int told(int code) {
  if (code == MPI_SUCCESS) return 0;
  int length = 0;
  MPI_Error_string(code, error_text, &length);
  return 1;
}

// MPI waits by spinning, which would take a processor from whoever is waited for.
static int waited(int code, MPI_Request *request) {
  if (told(code)) return 1;
  const struct timespec nap = {0, 1000000};
  for (int done = 0; ; nanosleep(&nap, NULL)) {
    if (told(MPI_Test(request, &done, MPI_STATUS_IGNORE))) return 1;
    if (done) return 0;
  }
}

static const char *last_error(void) { return error_text; }

static int start(void) {
  int provided = MPI_THREAD_SINGLE, length = 0;
  // Gradients of a GPU are computed on a thread of its own, which sums while the first one waits.
  if (told(MPI_Init_thread(NULL, NULL, MPI_THREAD_SERIALIZED, &provided))) return 1;
  MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
  MPI_Get_library_version(library_text, &length);
  return told(MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node));
}

static const char *library(void) { return library_text; }

static int place(MPI_Comm ranks) {
  int value = 0;
  MPI_Comm_rank(ranks, &value);
  return value;
}

static int extent(MPI_Comm ranks) {
  int value = 1;
  MPI_Comm_size(ranks, &value);
  return value;
}

static int rank(void) { return place(MPI_COMM_WORLD); }
static int size(void) { return extent(MPI_COMM_WORLD); }
static int rank_on_node(void) { return place(node); }
static int size_on_node(void) { return extent(node); }

static int sum(char *values, int64_t count, int64_t width, MPI_Datatype type) {
  for (int64_t first = 0; first < count; first += piece) {
    int64_t length = count - first < piece ? count - first : piece;
    if (told(MPI_Allreduce(MPI_IN_PLACE, values + first * width, (int)length, type, MPI_SUM,
                           MPI_COMM_WORLD)))
      return 1;
  }
  return 0;
}

static int sum_floats(float *values, int64_t count) {
  return sum((char *)values, count, sizeof(float), MPI_FLOAT);
}

static int sum_doubles(double *values, int64_t count) {
  return sum((char *)values, count, sizeof(double), MPI_DOUBLE);
}

static int broadcast(void *bytes, int64_t count) {
  for (int64_t first = 0; first < count; first += piece) {
    int64_t length = count - first < piece ? count - first : piece;
    MPI_Request request;
    if (waited(MPI_Ibcast((char *)bytes + first, (int)length, MPI_BYTE, 0, MPI_COMM_WORLD,
                          &request),
               &request))
      return 1;
  }
  return 0;
}

static int barrier(void) {
  MPI_Request request;
  return waited(MPI_Ibarrier(MPI_COMM_WORLD, &request), &request);
}

static int finish(void) {
  MPI_Comm_free(&node);
  return told(MPI_Finalize());
}

static void end_all(int status) { MPI_Abort(MPI_COMM_WORLD, status); }

static const cm_api table = {
    CM_LAYOUT, last_error,  start,       library,   rank,    size,   rank_on_node,
    size_on_node, sum_floats, sum_doubles, broadcast, barrier, finish, end_all,
};

__attribute__((visibility("default"))) const cm_api *cm_table(void);
const cm_api *cm_table(void) { return &table; }
