data "entityresolution_id_namespaces" "all" {}

output "sources" {
  value = [
    for namespace in data.entityresolution_id_namespaces.all.id_namespace_summaries : namespace.id_namespace_name
    if namespace.type == "SOURCE"
  ]
}
