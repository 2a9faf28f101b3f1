// SPDX-License-Identifier: GPL-2.0-or-later

// tcpget ADDRESS PORT - connects, sends one line, prints what comes back
package main

import (
	"io"
	"log"
	"net"
	"os"
)

func main() {
	c, err := net.Dial("tcp", net.JoinHostPort(os.Args[1], os.Args[2]))
	if err != nil {
		log.Fatal(err)
	}
	if _, err = io.WriteString(c, "GET / HTTP/1.0\r\n\r\n"); err != nil {
		log.Fatal(err)
	}
	if _, err = io.Copy(os.Stdout, c); err != nil {
		log.Fatal(err)
	}
}
