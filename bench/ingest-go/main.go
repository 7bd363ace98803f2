package main

import _ "github.com/hashicorp/nomad/api"

func main() {}
