/* Reads the measured streams: `reader CONNECTIONS WARM_UP BYTES_PER_SECOND`. Compares every byte
 * with the pattern, and measures from WARM_UP seconds after the first byte until the last one.
 * BYTES_PER_SECOND 0 is no limit. Says {"port"}, then its figures. */
#include <sys/epoll.h>

#include "bench.h"

#define CHUNK (256 * 1024)

struct connection {
  uint64_t bytes, measured;
};

static int by_size(const void *a, const void *b) {
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return x < y ? -1 : x > y;
}

/* Sleeps until `bytes` may have been read at `rate` bytes a second since `start`. */
static void keep_to_rate(uint64_t bytes, double rate, double start) {
  double wait = start + bytes / rate - now();
  if (wait <= 0) return;
  struct timespec t = {(time_t)wait, (long)((wait - (time_t)wait) * 1e9)};
  nanosleep(&t, NULL);
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  int expected = atoi(argv[1]);
  double warm_up = atof(argv[2]), rate = atof(argv[3]);
  size_t chunk = rate > 0 ? 64 * 1024 : CHUNK;
  unsigned char *buffer = malloc(CHUNK), *pattern = make_pattern(PERIOD + CHUNK);
  int listener = listen_and_say(), poll = epoll_create1(0), most = 65536;
  struct connection *connections = calloc(most, sizeof *connections);
  struct epoll_event event = {.events = EPOLLIN, .data.fd = listener}, events[1024];
  int accepted = 0, closed = 0, intact = 1;
  uint64_t total = 0, measured = 0;
  double first = 0, start = 0, last = 0;
  epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event);

  /* Connections are numbered in the order of their arrival, because descriptors are used again. */
  int *number = calloc(most, sizeof *number);
  while (closed < expected) {
    int ready = epoll_wait(poll, events, 1024, -1);
    for (int i = 0; i < ready; i++) {
      int fd = events[i].data.fd;
      if (fd == listener) {
        int peer = accept(listener, NULL, NULL);
        if (peer < 0 || peer >= most || accepted >= most) fail("accept");
        number[peer] = accepted++;
        event.data.fd = peer;
        epoll_ctl(poll, EPOLL_CTL_ADD, peer, &event);
        continue;
      }
      struct connection *c = &connections[number[fd]];
      ssize_t n = read(fd, buffer, chunk);
      double at = now();
      if (n <= 0) {
        if (n < 0) intact = 0;
        close(fd);
        closed++;
        continue;
      }
      if (memcmp(buffer, pattern + c->bytes % PERIOD, n) != 0) intact = 0;
      c->bytes += n;
      total += n;
      if (first == 0) first = at;
      if (start > 0) {
        c->measured += n;
        measured += n;
        last = at;
      } else if (at - first >= warm_up) {
        start = at;
      }
      if (rate > 0) keep_to_rate(total, rate, first);
    }
  }

  uint64_t *sizes = calloc(accepted, sizeof *sizes);
  for (int i = 0; i < accepted; i++) sizes[i] = connections[i].measured;
  qsort(sizes, accepted, sizeof *sizes, by_size);
  printf("{\"bytes\":%llu,\"intact\":%s,\"measuredBytes\":%llu,\"seconds\":%.6f,"
         "\"slowest\":%llu,\"median\":%llu}\n",
         (unsigned long long)total, intact ? "true" : "false", (unsigned long long)measured,
         last > start ? last - start : 0.0, (unsigned long long)sizes[0],
         (unsigned long long)sizes[accepted / 2]);
  return 0;
}
