# The Sirocco controller: two instances on different nodes, one acts, the other takes over.
#
#   nomad job run -var image=YOUR-REGISTRY/sirocco:0.1.0 nomad/controller.nomad.hcl
#   nomad job run -var command=/usr/local/bin/sirocco nomad/controller.nomad.hcl      # raw_exec, no image
#
# Before the first run, apply the policy that `sirocco policy` prints to this very job (see docs/walkthrough.md).

variable "namespace" {
  type        = string
  default     = "sirocco"
  description = "The home namespace: only operators may submit jobs or write Variables here."
}

variable "namespaces" {
  type        = string
  default     = "default"
  description = "Managed namespaces, comma-separated: those named to `sirocco policy --namespaces`."
}

variable "image" {
  type        = string
  default     = ""
  description = "A container image of Sirocco, run by the docker driver. Give this or `command`."
}

variable "command" {
  type        = string
  default     = ""
  description = "Path of an installed `sirocco`, run by the raw_exec driver. Give this or `image`."
}

variable "count" {
  type        = number
  default     = 2
  description = "Instances; 1 has no standby."
}

variable "datacenters" {
  type    = list(string)
  default = ["*"]
}

variable "log_level" {
  type    = string
  default = "info"
}

job "sirocco" {
  namespace   = var.namespace
  type        = "service"
  datacenters = var.datacenters
  priority    = 90

  # No run of Sirocco may hit Sirocco; the controller also excludes itself.
  meta {
    chaos = "off"
  }

  update {
    max_parallel      = 1
    min_healthy_time  = "5s"
    healthy_deadline  = "2m"
    progress_deadline = "5m"
    auto_revert       = true
  }

  group "controller" {
    count = var.count

    # A node that fails takes one controller with it, never both.
    constraint {
      distinct_hosts = true
    }

    restart {
      attempts = 5
      interval = "5m"
      delay    = "5s"
      mode     = "delay"
    }

    reschedule {
      unlimited      = true
      delay          = "5s"
      delay_function = "exponential"
      max_delay      = "2m"
    }

    network {
      port "http" {}
    }

    service {
      name     = "sirocco"
      port     = "http"
      provider = "nomad"
      tags     = ["metrics"]

      check {
        name     = "alive"
        type     = "http"
        path     = "/health"
        interval = "10s"
        timeout  = "2s"
      }

      check {
        name     = "ready"
        type     = "http"
        path     = "/health/ready"
        interval = "10s"
        timeout  = "2s"
      }
    }

    dynamic "task" {
      for_each = var.image != "" ? ["docker"] : ["raw_exec"]
      iterator = driver
      labels   = ["controller"]

      content {
        driver = driver.value

        config {
          image   = driver.value == "docker" ? var.image : null
          ports   = driver.value == "docker" ? ["http"] : null
          command = driver.value == "docker" ? null : var.command
          args    = ["controller"]
        }

        # The controller's only credential: a workload identity, limited by the policy attached to this job.
        identity {
          env  = true
          file = true
        }

        env {
          SIROCCO_HOME       = var.namespace
          SIROCCO_NAMESPACES = var.namespaces
          SIROCCO_LOG_LEVEL  = var.log_level
          # A small nursery keeps memory and pauses small where the controller is busy.
          NODE_OPTIONS = "--max-semi-space-size=8"
        }

        resources {
          cpu    = 200
          memory = 256
        }

        # All that can be undone in this time is undone when the job is stopped; the rest is named in the last log line.
        kill_timeout = "30s"
      }
    }
  }
}
