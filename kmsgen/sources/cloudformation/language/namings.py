"""Names of resource types: what `Ref` and `Fn::GetAtt` give.

Source: AWS CloudFormation Template Reference, the return values of each resource type; Service Authorization Reference, ARNs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Naming(NamedTuple):
    """Names of one resource type: the property with the name, the ARN's form, whether `Ref` gives the ARN, other attributes."""

    property: str
    arn: str
    ref_is_arn: bool = False
    arn_attributes: tuple[str, ...] = ("Arn",)
    name_attributes: tuple[str, ...] = ()


def _here(service: str, resource: str) -> str:
    return f"arn:{{partition}}:{service}:{{region}}:{{account}}:{resource}"


NAMINGS: Mapping[str, Naming] = {
    "AWS::ApiGateway::RestApi": Naming("RestApiId", "arn:{partition}:apigateway:{region}::/restapis/{name}", arn_attributes=()),
    "AWS::AutoScaling::AutoScalingGroup": Naming("AutoScalingGroupName", "", arn_attributes=()),
    "AWS::Backup::BackupVault": Naming(
        "BackupVaultName", _here("backup", "backup-vault:{name}"), arn_attributes=("BackupVaultArn",)
    ),
    "AWS::CloudTrail::Trail": Naming("TrailName", _here("cloudtrail", "trail/{name}")),
    "AWS::CloudWatch::Alarm": Naming("AlarmName", _here("cloudwatch", "alarm:{name}")),
    "AWS::CodeBuild::Project": Naming("Name", _here("codebuild", "project/{name}")),
    "AWS::CodePipeline::Pipeline": Naming("Name", _here("codepipeline", "{name}"), arn_attributes=()),
    "AWS::DynamoDB::GlobalTable": Naming("TableName", _here("dynamodb", "table/{name}")),
    "AWS::DynamoDB::Table": Naming("TableName", _here("dynamodb", "table/{name}")),
    "AWS::ECR::Repository": Naming("RepositoryName", _here("ecr", "repository/{name}")),
    "AWS::ECS::Cluster": Naming("ClusterName", _here("ecs", "cluster/{name}")),
    "AWS::EFS::FileSystem": Naming("", _here("elasticfilesystem", "file-system/{name}"), name_attributes=("FileSystemId",)),
    "AWS::EKS::Cluster": Naming("Name", _here("eks", "cluster/{name}")),
    "AWS::Events::EventBus": Naming("Name", _here("events", "event-bus/{name}"), name_attributes=("Name",)),
    "AWS::Events::Rule": Naming("Name", _here("events", "rule/{name}")),
    "AWS::IAM::InstanceProfile": Naming("InstanceProfileName", "arn:{partition}:iam::{account}:instance-profile/{name}"),
    "AWS::IAM::ManagedPolicy": Naming(
        "ManagedPolicyName", "arn:{partition}:iam::{account}:policy{path}{name}", ref_is_arn=True, arn_attributes=("PolicyArn",)
    ),
    "AWS::Kinesis::Stream": Naming("Name", _here("kinesis", "stream/{name}")),
    "AWS::KinesisFirehose::DeliveryStream": Naming("DeliveryStreamName", _here("firehose", "deliverystream/{name}")),
    "AWS::KMS::Alias": Naming("AliasName", _here("kms", "{name}"), arn_attributes=()),
    "AWS::Lambda::Function": Naming("FunctionName", _here("lambda", "function:{name}")),
    "AWS::Logs::LogGroup": Naming("LogGroupName", _here("logs", "log-group:{name}:*")),
    "AWS::RDS::DBCluster": Naming("DBClusterIdentifier", _here("rds", "cluster:{name}"), arn_attributes=("DBClusterArn",)),
    "AWS::RDS::DBInstance": Naming("DBInstanceIdentifier", _here("rds", "db:{name}"), arn_attributes=("DBInstanceArn",)),
    "AWS::S3::Bucket": Naming("BucketName", "arn:{partition}:s3:::{name}"),
    "AWS::SNS::Topic": Naming(
        "TopicName", _here("sns", "{name}"), ref_is_arn=True, arn_attributes=("TopicArn",), name_attributes=("TopicName",)
    ),
    "AWS::SQS::Queue": Naming("QueueName", _here("sqs", "{name}"), name_attributes=("QueueName",)),
    "AWS::SSM::Parameter": Naming("Name", _here("ssm", "parameter/{name}"), arn_attributes=()),
    "AWS::SecretsManager::Secret": Naming("", _here("secretsmanager", "secret:{name}"), ref_is_arn=True, arn_attributes=("Id",)),
    "AWS::Serverless::Function": Naming("FunctionName", _here("lambda", "function:{name}")),
    "AWS::StepFunctions::StateMachine": Naming(
        "StateMachineName", _here("states", "stateMachine:{name}"), ref_is_arn=True, name_attributes=("Name",)
    ),
}
"""By resource type; of any other type nothing is known."""

PRINCIPALS: Mapping[str, tuple[str, str]] = {
    "AWS::IAM::Role": ("role", "RoleName"),
    "AWS::IAM::User": ("user", "UserName"),
    "AWS::IAM::Group": ("group", "GroupName"),
}
"""IAM principals and groups by resource type: the kind, and the property with the name."""

KEYS = ("AWS::KMS::Key", "AWS::KMS::ReplicaKey")
