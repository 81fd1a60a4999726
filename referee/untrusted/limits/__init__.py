"""Who caps the memory and the processes of a job: a control group where one may be had, else a look now and then."""
