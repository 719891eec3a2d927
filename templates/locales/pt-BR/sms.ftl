# SMS: primeiro o código. Os acentos tiram a mensagem do alfabeto GSM; com uma marca curta cabe em duas partes.

sms-recovery = { $code } é o seu código de recuperação.
sms-recovery-brand = { $code } é o seu código de recuperação { $brand }.
sms-verification = { $code } é o seu código de confirmação.
sms-verification-brand = { $code } é o seu código de confirmação { $brand }.
sms-login = { $code } é o seu código de acesso.
sms-login-brand = { $code } é o seu código de acesso { $brand }.
sms-registration = { $code } é o seu código de cadastro.
sms-registration-brand = { $code } é o seu código de cadastro { $brand }.
sms-valid = Expira em { $duration }.
sms-care = Não compartilhe.
sms-note = { sms-valid } { sms-care }

sms-brand = { $brand }:{ " " }
sms-verifiable-address-changed = Um endereço da sua conta foi alterado. Se não foi você, fale com o nosso suporte.
sms-authenticator-key-added = Sua conta tem uma nova chave de acesso. Se ela não é sua, fale com o nosso suporte.
