# Something to break: three instances of a process that only waits. Needs the raw_exec driver, and no image.
#
#   nomad job run nomad/examples/web.nomad.hcl

job "web" {
  type = "service"

  update {
    min_healthy_time = "1s"
  }

  group "web" {
    count = 3

    # A task that ends is started again in place, after a second. Sirocco reads this block before it kills:
    # with no attempts left, or mode = "fail" and no reschedule, the gate `comes-back` refuses.
    restart {
      attempts = 10
      interval = "5m"
      delay    = "1s"
      mode     = "delay"
    }

    task "web" {
      driver = "raw_exec"

      config {
        command = "sleep"
        args    = ["infinity"]
      }

      resources {
        cpu    = 20
        memory = 16
      }
    }
  }
}
