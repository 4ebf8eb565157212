package time

import "syscall"

// clockOffset is the number of seconds that Now adds to the machine's clock.
var clockOffset = readClockOffset()

func readClockOffset() int64 {
	text, found := syscall.Getenv("NETTERMS_CLOCK_OFFSET")
	if !found {
		return 0
	}
	seconds, err := atoi(text)
	if err != nil {
		panic("NETTERMS_CLOCK_OFFSET is not a number of seconds: " + text)
	}
	return int64(seconds)
}
