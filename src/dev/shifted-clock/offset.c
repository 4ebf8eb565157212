// A library for LD_PRELOAD: the wall clock runs NETTERMS_CLOCK_OFFSET seconds ahead of the machine's clock (behind, if
// negative). The monotonic clocks, by which programs measure and wait, are unchanged. Waits until an instant of the
// wall clock are converted back to the machine's clock.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

static time_t offset;
static int (*real_clock_gettime)(clockid_t, struct timespec *);

__attribute__((constructor)) static void begin(void) {
  const char *seconds = getenv("NETTERMS_CLOCK_OFFSET");
  offset = seconds ? atoll(seconds) : 0;
  real_clock_gettime = dlsym(RTLD_NEXT, "clock_gettime");
}

static int is_wall(clockid_t clock) {
  return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE || clock == CLOCK_TAI;
}

// Calls before `begin`, while the program is being loaded, go to the kernel.
int clock_gettime(clockid_t clock, struct timespec *now) {
  int result = real_clock_gettime ? real_clock_gettime(clock, now) : syscall(SYS_clock_gettime, clock, now);
  if (result == 0 && is_wall(clock)) now->tv_sec += offset;
  return result;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
  (void)zone;
  struct timespec read;
  if (clock_gettime(CLOCK_REALTIME, &read) != 0) return -1;
  now->tv_sec = read.tv_sec;
  now->tv_usec = read.tv_nsec / 1000;
  return 0;
}

time_t time(time_t *now) {
  struct timespec read;
  clock_gettime(CLOCK_REALTIME_COARSE, &read);
  if (now) *now = read.tv_sec;
  return read.tv_sec;
}

int timespec_get(struct timespec *now, int base) {
  return base == TIME_UTC && clock_gettime(CLOCK_REALTIME, now) == 0 ? base : 0;
}

// Converts an instant of the shifted clock to the machine's clock. Small values count from the machine's start: they
// belong to a monotonic clock and stay unchanged.
static const struct timespec *carried_back(const struct timespec *until, struct timespec *space) {
  if (!until || until->tv_sec < 1000000000) return until;
  *space = *until;
  space->tv_sec -= offset;
  return space;
}

#define REAL(name) __extension__({ static __typeof__(name) *found; if (!found) found = dlsym(RTLD_NEXT, #name); found; })
#define BACK(until) carried_back(until, &(struct timespec){0})

int pthread_cond_timedwait(pthread_cond_t *restrict c, pthread_mutex_t *restrict m, const struct timespec *restrict t) {
  return REAL(pthread_cond_timedwait)(c, m, BACK(t));
}

int pthread_cond_clockwait(pthread_cond_t *restrict c, pthread_mutex_t *restrict m, clockid_t clock, const struct timespec *restrict t) {
  return REAL(pthread_cond_clockwait)(c, m, clock, BACK(t));
}

int pthread_mutex_timedlock(pthread_mutex_t *restrict m, const struct timespec *restrict t) {
  return REAL(pthread_mutex_timedlock)(m, BACK(t));
}

int sem_timedwait(sem_t *restrict s, const struct timespec *restrict t) {
  return REAL(sem_timedwait)(s, BACK(t));
}

int sem_clockwait(sem_t *restrict s, clockid_t clock, const struct timespec *restrict t) {
  return REAL(sem_clockwait)(s, clock, BACK(t));
}

int clock_nanosleep(clockid_t clock, int flags, const struct timespec *t, struct timespec *left) {
  return REAL(clock_nanosleep)(clock, flags, flags & TIMER_ABSTIME ? BACK(t) : t, left);
}

int timerfd_settime(int timer, int flags, const struct itimerspec *set, struct itimerspec *old) {
  struct itimerspec back = *set;
  if (flags & TFD_TIMER_ABSTIME) back.it_value = *BACK(&set->it_value);
  return REAL(timerfd_settime)(timer, flags, &back, old);
}
