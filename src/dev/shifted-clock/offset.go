package time

import "syscall"

// clockOffset is what Now adds to the machine's clock, in seconds.
var clockOffset = readClockOffset()

func readClockOffset() int64 {
	text, found := syscall.Getenv("NETTERMS_CLOCK_OFFSET")
	if !found {
		return 0
	}
	seconds, err := atoi(text)
	if err != nil {
		panic("NETTERMS_CLOCK_OFFSET is no number of seconds: " + text)
	}
	return int64(seconds)
}
