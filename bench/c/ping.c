/* Sends a byte and waits for it: `ping PORT WARM_UP SECONDS`. Says the round trip's p50 and p99 in
 * microseconds, those of the first WARM_UP seconds left out. */
#include "bench.h"

#define MOST (1 << 22)

static int by_value(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return x < y ? -1 : x > y;
}

/* Does not sleep while it waits: to wake a sleeping processor takes longer than the round trip. */
static ssize_t wait_for(int fd, unsigned char *byte) {
  ssize_t n;
  while ((n = recv(fd, byte, 1, MSG_DONTWAIT)) < 0 && errno == EAGAIN) continue;
  return n;
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  double *times = malloc(MOST * sizeof *times), begin, end;
  int fd = connect_to(atoi(argv[1])), count = 0;
  unsigned char sent = 0, received;
  set_no_delay(fd);
  begin = now() + atof(argv[2]);
  end = begin + atof(argv[3]);
  for (double start = now(); start < end && count < MOST;) {
    sent++;
    if (write(fd, &sent, 1) != 1 || wait_for(fd, &received) != 1) fail("ping");
    if (sent != received) return 1;
    double stop = now();
    if (start >= begin) times[count++] = (stop - start) * 1e6;
    start = stop;
  }
  close(fd);
  qsort(times, count, sizeof *times, by_value);
  printf("{\"count\":%d,\"p50\":%.3f,\"p99\":%.3f}\n", count, times[count / 2],
         times[(int)(count * 0.99)]);
  return 0;
}
