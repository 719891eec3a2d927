# Mensagens que avisam de algo.

notice-preview = Se foi você, não precisa fazer nada.
notice-you = Foi você? Então não precisa fazer nada.
notice-not-you = Não foi você? Então talvez outra pessoa tenha acesso à sua conta. Altere sua senha agora e fale com o nosso suporte.
notice-not-you-address = Não foi você? Então talvez outra pessoa tenha acesso à sua conta. Altere sua senha agora e escreva para { $address }.
notice-not-you-link = Não foi você? Então talvez outra pessoa tenha acesso à sua conta. Proteja-a agora:
notice-button = Proteger minha conta
notice-time = Quando: { $time }
notice-device = Dispositivo: { $device }
notice-place = Onde: { $place }
notice-method = Método: { $method }
notice-address = Novo endereço: { $address }

verifiable-address-changed-subject = Um endereço da sua conta foi alterado
verifiable-address-changed-body = Um endereço de e-mail ou número de telefone da sua conta foi alterado.

authenticator-key-added-subject = Uma nova chave de acesso foi adicionada à sua conta
authenticator-key-added-body = Uma nova chave para entrar, como uma chave de acesso (passkey) ou uma chave de segurança, foi adicionada à sua conta. Quem a tiver pode entrar.

password-changed-subject = Sua senha foi alterada
password-changed-body = A senha da sua conta foi alterada.

recovery-used-subject = O acesso à sua conta foi recuperado
recovery-used-body = Alguém recuperou o acesso à sua conta com um código ou link de um e-mail ou SMS.

new-login-subject = Novo acesso à sua conta
new-login-body = Alguém entrou na sua conta a partir de um dispositivo que ainda não conhecíamos.

login-method-added-subject = Uma nova forma de entrar foi adicionada
login-method-added-body = Uma nova forma de entrar foi adicionada à sua conta.

login-method-removed-subject = Uma forma de entrar foi removida
login-method-removed-body = Uma forma de entrar foi removida da sua conta.

two-factor-enabled-subject = Verificação em duas etapas ativada
two-factor-enabled-body = A partir de agora, é preciso uma segunda etapa para entrar na sua conta. Assim ela fica muito mais segura.

two-factor-disabled-subject = Verificação em duas etapas desativada
two-factor-disabled-body = A segunda etapa para entrar na sua conta foi desativada. A partir de agora, basta uma etapa para entrar.

address-changed-subject = O endereço da sua conta foi alterado
address-changed-body = O endereço de e-mail ou número de telefone da sua conta foi alterado.

welcome-subject = Boas-vindas!
welcome-subject-brand = Boas-vindas a { $brand }!
welcome-title = Boas-vindas!
welcome-preview = Sua conta está pronta.
welcome-body = Sua conta está pronta, e você já pode entrar. É muito bom ter você com a gente.
welcome-not-you = Você não se cadastrou? Então talvez alguém tenha errado ao digitar o próprio endereço, e você pode ignorar esta mensagem.

unknown-title = Não há conta com este endereço
unknown-you = Foi você? Talvez você tenha se cadastrado com outro endereço: tente com ele.
unknown-not-you = Não foi você? Então pode simplesmente ignorar esta mensagem.

recovery-unknown-subject = Tentativa de acesso a uma conta
recovery-unknown-preview = Alguém tentou recuperar o acesso a uma conta com seu endereço de e-mail.
recovery-unknown-body = Você, ou outra pessoa, pediu para recuperar o acesso a uma conta com este endereço de e-mail. Não há conta com ele, portanto nada mudou.

verification-unknown-subject = Alguém tentou confirmar este endereço de e-mail
verification-unknown-preview = Alguém tentou confirmar seu endereço de e-mail.
verification-unknown-body = Você, ou outra pessoa, pediu para confirmar este endereço de e-mail. Não há conta com ele, portanto nada mudou.
