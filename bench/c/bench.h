/* Shared by the programs in C: the pattern that every stream of bytes is made of, time, and sockets. */
#ifndef BENCH_H
#define BENCH_H

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* Divisible by 256 and otherwise odd, so that messages of every size begin at many places in it. */
#define PERIOD (251 * 256)

static inline void fail(const char *what) {
  perror(what);
  exit(1);
}

/* `length` bytes of the pattern, which repeats after PERIOD. */
static inline unsigned char *make_pattern(size_t length) {
  unsigned char *bytes = malloc(length);
  uint32_t x = 1;
  if (bytes == NULL) fail("malloc");
  for (size_t i = 0; i < PERIOD && i < length; i++) {
    x = x * 1664525u + 1013904223u;
    bytes[i] = x >> 24;
  }
  for (size_t i = PERIOD; i < length; i++) bytes[i] = bytes[i - PERIOD];
  return bytes;
}

static inline double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

/* Seconds of processor time that this process has taken. */
static inline double processor_time(void) { return (double)clock() / CLOCKS_PER_SEC; }

static inline struct sockaddr_in loopback(int port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

static inline int connect_to(int port) {
  struct sockaddr_in address = loopback(port);
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) < 0) fail("connect");
  return fd;
}

/* Turns Nagle's algorithm off, for programs that wait for answers. */
static inline void set_no_delay(int fd) {
  int one = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}

/* Listens on a free port and says which: the first line of output. */
static inline int listen_and_say(void) {
  struct sockaddr_in address = loopback(0);
  socklen_t length = sizeof address;
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (fd < 0 || bind(fd, (struct sockaddr *)&address, length) < 0 || listen(fd, 4096) < 0 ||
      getsockname(fd, (struct sockaddr *)&address, &length) < 0)
    fail("listen");
  printf("{\"port\":%d}\n", ntohs(address.sin_port));
  fflush(stdout);
  return fd;
}

static inline void write_all(int fd, const unsigned char *bytes, size_t length) {
  while (length > 0) {
    ssize_t n = write(fd, bytes, length);
    if (n < 0) fail("write");
    bytes += n;
    length -= n;
  }
}

#endif
