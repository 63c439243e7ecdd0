{{- define "mediagauge.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{- define "mediagauge.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if contains (include "mediagauge.name" .) .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "mediagauge.name" .) | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "mediagauge.selector" -}}
app.kubernetes.io/name: {{ include "mediagauge.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "mediagauge.labels" -}}
{{ include "mediagauge.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "mediagauge.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "mediagauge.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "mediagauge.secretName" -}}
{{- default (include "mediagauge.fullname" .) .Values.existingSecret -}}
{{- end -}}

{{- define "mediagauge.image" -}}
{{- printf "%s:%s" (required "image.repository is needed" .Values.image.repository) (default .Chart.AppVersion .Values.image.tag) -}}
{{- end -}}

{{/* One environment variable of a Secret. A missing key keeps the pod from starting: a node must not make up its own. */}}
{{- define "mediagauge.secretEnv" -}}
- name: {{ .env }}
  valueFrom:
    secretKeyRef:
      name: {{ .secret }}
      key: {{ .key }}
{{- end -}}

{{/* One environment variable of a setting. */}}
{{- define "mediagauge.settingEnv" -}}
- name: MEDIAGAUGE_{{ .name | upper | replace "-" "_" }}
  value: {{ .value | toString | quote }}
{{- end -}}

{{/* The deployment of one role. Takes root (the chart's context) and role. */}}
{{- define "mediagauge.deployment" -}}
{{- $root := .root -}}
{{- $role := .role -}}
{{- $v := index $root.Values $role -}}
{{- $secret := include "mediagauge.secretName" $root -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "mediagauge.fullname" $root }}-{{ $role }}
  labels:
    {{- include "mediagauge.labels" $root | nindent 4 }}
    app.kubernetes.io/component: {{ $role }}
spec:
  {{- if not $v.autoscaling.enabled }}
  replicas: {{ $v.replicas }}
  {{- end }}
  revisionHistoryLimit: 3
  strategy:
    type: RollingUpdate
    rollingUpdate:
      maxUnavailable: 0
      maxSurge: 1
  selector:
    matchLabels:
      {{- include "mediagauge.selector" $root | nindent 6 }}
      app.kubernetes.io/component: {{ $role }}
  template:
    metadata:
      labels:
        {{- include "mediagauge.labels" $root | nindent 8 }}
        app.kubernetes.io/component: {{ $role }}
      {{- if or $v.podAnnotations (not $root.Values.existingSecret) }}
      annotations:
        {{- if not $root.Values.existingSecret }}
        checksum/secret: {{ toJson $root.Values.secret | sha256sum }}
        {{- end }}
        {{- with $v.podAnnotations }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      {{- end }}
    spec:
      serviceAccountName: {{ include "mediagauge.serviceAccountName" $root }}
      automountServiceAccountToken: false
      enableServiceLinks: false
      terminationGracePeriodSeconds: {{ $root.Values.terminationGracePeriodSeconds }}
      {{- with $root.Values.imagePullSecrets }}
      imagePullSecrets:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      securityContext:
        runAsNonRoot: true
        runAsUser: 65532
        runAsGroup: 65532
        fsGroup: 65532
        seccompProfile:
          type: RuntimeDefault
      containers:
        - name: mediagauge
          image: {{ include "mediagauge.image" $root | quote }}
          imagePullPolicy: {{ $root.Values.image.pullPolicy }}
          args: [serve]
          env:
            - name: MEDIAGAUGE_LISTEN
              value: 0.0.0.0:8080
            - name: MEDIAGAUGE_DATA_DIR
              value: /data
            - name: MEDIAGAUGE_LOG_FORMAT
              value: json
            - name: MEDIAGAUGE_ROLES
              value: {{ $role }}
            {{- if $root.Values.existingConfigSecret }}
            - name: MEDIAGAUGE_CONFIG
              value: /etc/mediagauge/mediagauge.toml
            {{- end }}
            {{- include "mediagauge.secretEnv" (dict "secret" $secret "env" "MEDIAGAUGE_DATABASE" "key" "database") | nindent 12 }}
            {{- include "mediagauge.secretEnv" (dict "secret" $secret "env" "MEDIAGAUGE_MASTER_KEY" "key" "master-key") | nindent 12 }}
            {{- include "mediagauge.secretEnv" (dict "secret" $secret "env" "MEDIAGAUGE_ACCESS_KEY_ID" "key" "access-key-id") | nindent 12 }}
            {{- include "mediagauge.secretEnv" (dict "secret" $secret "env" "MEDIAGAUGE_ACCESS_KEY_SECRET" "key" "access-key-secret") | nindent 12 }}
            {{- range $name, $value := $root.Values.settings }}
            {{- if not (hasKey $v.settings $name) }}
            {{- include "mediagauge.settingEnv" (dict "name" $name "value" $value) | nindent 12 }}
            {{- end }}
            {{- end }}
            {{- range $name, $value := $v.settings }}
            {{- include "mediagauge.settingEnv" (dict "name" $name "value" $value) | nindent 12 }}
            {{- end }}
          ports:
            - name: http
              containerPort: 8080
          startupProbe:
            httpGet: {path: /healthz, port: http}
            periodSeconds: 2
            failureThreshold: 60
          livenessProbe:
            httpGet: {path: /healthz, port: http}
            periodSeconds: 10
            timeoutSeconds: 5
            failureThreshold: 3
          readinessProbe:
            httpGet: {path: /readyz, port: http}
            periodSeconds: 5
            timeoutSeconds: 3
            failureThreshold: 2
          {{- if gt (int $root.Values.preStopSleepSeconds) 0 }}
          lifecycle:
            preStop:
              sleep:
                seconds: {{ $root.Values.preStopSleepSeconds }}
          {{- end }}
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            runAsNonRoot: true
            capabilities:
              drop: [ALL]
          {{- with $v.resources }}
          resources:
            {{- toYaml . | nindent 12 }}
          {{- end }}
          volumeMounts:
            - {name: data, mountPath: /data}
            - {name: tmp, mountPath: /tmp}
            {{- if $root.Values.existingConfigSecret }}
            - {name: config, mountPath: /etc/mediagauge, readOnly: true}
            {{- end }}
      volumes:
        - name: data # nothing in it outlives a node: what lasts is in PostgreSQL
          emptyDir: {sizeLimit: 64Mi}
        - name: tmp
          emptyDir: {sizeLimit: {{ $v.tmpSize }}}
        {{- if $root.Values.existingConfigSecret }}
        - name: config
          secret:
            secretName: {{ $root.Values.existingConfigSecret }}
            items: [{key: mediagauge.toml, path: mediagauge.toml}]
        {{- end }}
      topologySpreadConstraints:
        {{- range list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
        - maxSkew: 1
          topologyKey: {{ . }}
          whenUnsatisfiable: ScheduleAnyway
          labelSelector:
            matchLabels:
              {{- include "mediagauge.selector" $root | nindent 14 }}
              app.kubernetes.io/component: {{ $role }}
        {{- end }}
      {{- with $v.nodeSelector }}
      nodeSelector:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with $v.affinity }}
      affinity:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with $v.tolerations }}
      tolerations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
{{- end -}}
