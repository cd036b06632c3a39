/**
 * The tools of the reference CloudWatch server (awslabs cloudwatch-mcp-server 0.1.8) as clients know them: arguments
 * (`!` required) and the fields of an answer. Prompts written for that server must work here.
 */
export const REFERENCE_TOOLS: Readonly<Record<string, { readonly input: string; readonly output: string }>> = {
  describe_log_groups: {
    input:
      'account_identifiers include_linked_accounts log_group_class log_group_name_prefix max_items region profile_name',
    output: 'log_group_metadata saved_queries',
  },
  analyze_log_group: {
    input: 'log_group_arn! start_time! end_time! region profile_name',
    output: 'log_anomaly_results top_patterns top_patterns_containing_errors',
  },
  execute_log_insights_query: {
    input:
      'log_group_names log_group_identifiers start_time! end_time! query_string! limit max_timeout region profile_name',
    output: 'queryId status statistics results message',
  },
  get_logs_insight_query_results: {
    input: 'query_id! region profile_name',
    output: 'queryId status statistics results message',
  },
  cancel_logs_insight_query: { input: 'query_id! region profile_name', output: 'success' },
  execute_cwl_insights_batch: {
    input: 'log_group_names! regions! start_time! end_time! query_string! limit max_timeout account_label profile_name',
    output: 'summary results',
  },
  recommend_indexes_loggroup: {
    input: 'log_group_identifier! region profile_name',
    output:
      'recommendations already_indexed fields_not_found queries_analyzed unique_queries time_range_days log_group warnings',
  },
  recommend_indexes_account: {
    input: 'region profile_name max_queries',
    output: 'log_group_results total_log_groups_analyzed total_queries_analyzed time_range_days warnings',
  },
  get_metric_data: {
    input:
      'namespace metric_name start_time end_time dimensions statistic target_datapoints group_by_dimension schema_dimension_keys limit sort_order order_by_statistic region profile_name queries',
    output: 'metricDataResults messages',
  },
  get_metric_metadata: { input: 'namespace! metric_name!', output: 'description recommendedStatistics unit' },
  get_recommended_metric_alarms: {
    input: 'namespace! metric_name! dimensions region profile_name statistic',
    output: 'recommendations message',
  },
  analyze_metric: {
    input: 'namespace! metric_name! dimensions region profile_name statistic',
    output: 'data_points_found seasonality_seconds trend statistics data_quality message metric_info',
  },
  execute_promql_query: { input: 'query! time region profile_name', output: 'resultType result' },
  execute_promql_range_query: { input: 'query! start! end! step! region profile_name', output: 'resultType result' },
  get_promql_label_values: { input: 'label_name! match start end region profile_name', output: 'values' },
  get_promql_series: { input: 'match! start end region profile_name', output: 'series' },
  get_promql_labels: { input: 'match start end region profile_name', output: 'labels' },
  get_active_alarms: {
    input: 'max_items region profile_name',
    output: 'metric_alarms composite_alarms has_more_results message',
  },
  get_alarm_history: {
    input: 'alarm_name! start_time end_time history_item_type max_items include_component_alarms region profile_name',
    output: 'alarm_details history_items time_range_suggestions has_more_results message',
  },
};
