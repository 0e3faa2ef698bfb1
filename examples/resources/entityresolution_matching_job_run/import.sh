# WORKFLOW/JOB_ID: the name of the workflow, and the id of the job.
terraform import entityresolution_matching_job_run.customers customers/0123456789abcdef0123456789abcdef

# In another Region than the provider's:
terraform import entityresolution_matching_job_run.customers customers/0123456789abcdef0123456789abcdef@us-east-1
